"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("app", "core", "training", "resources", "packaging")
SOURCES = sorted(p for room in ROOMS for p in (REPOSITORY / room).rglob("*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("source", SOURCES, ids=relative)
def test_a_source_file_stays_small_and_says_what_it_is(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "split it by idea"
    assert ast.get_docstring(ast.parse(text)), "a module begins with one sentence"


def test_nothing_reads_a_pickle() -> None:
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"\bimport (pickle|marshal|shelve|dill)\b", text), source
        for call in re.findall(r"torch\.load\((?:[^()]|\([^()]*\))*\)", text):
            assert "weights_only=True" in call, f"{source}: {call}"
        assert "allow_pickle=True" not in text, source


def test_the_packaging_folder_does_not_shadow_a_library() -> None:
    assert not (REPOSITORY / "packaging" / "__init__.py").exists()


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("trackmend_core.project", "torch"),
        ("trackmend_core.review", "torch"),
        ("trackmend_core.tracking", "torch"),
        ("trackmend_core.video", "torch"),
        ("trackmend_training.config", "torch"),
        ("trackmend_training.protocol", "torch"),
        ("trackmend_app.cli", "PySide6"),
        ("trackmend_app.cli", "torch"),
    ],
)
def test_importing_a_light_room_stays_light(module: str, absent: str) -> None:
    probe = f"import sys, {module}; sys.exit('{absent}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_no_two_test_files_share_a_name() -> None:
    names = [p.name for p in (REPOSITORY / "tests").rglob("*.py") if p.name != "conftest.py"]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})
