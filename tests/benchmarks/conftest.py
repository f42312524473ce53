"""One table for the whole run, printed at its end and written to out/bench.md."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from table import BenchTable

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def table() -> Iterator[BenchTable]:
    filled = BenchTable()
    yield filled
    filled.write(HERE.parents[1] / "out" / "bench.md")
    print(f"\n\n{filled.text()}")
