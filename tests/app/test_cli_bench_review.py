"""`trackmend bench review` from end to end on scenes that are drawn small."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands import bench_review
from trackmend_app.commands.bench_review_tables import group_of
from trackmend_core.review.bench.reliability import LIMITS
from trackmend_core.review.links import FEATURES
from trackmend_core.synthetic import StreetSettings


def small(seed: int, *, far: float = 1.0) -> StreetSettings:
    return StreetSettings(
        seed=seed, width=320, height=256, frame_count=40, walkers=4, lookalikes=2, far=far
    )


@pytest.fixture
def small_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_review, "street", small)
    monkeypatch.setattr(bench_review, "street_to_fit", small)
    monkeypatch.setattr(bench_review, "crowd", lambda seed: small(seed, far=1.2))
    monkeypatch.setattr(
        bench_review, "throng", lambda seed: replace(small(seed, far=1.2), walkers=6)
    )


def bench(*arguments: object) -> Result:
    words = ["bench", "review", *map(str, arguments)]
    result = CliRunner().invoke(cli.app, words, prog_name="trackmend")
    assert result.exit_code == 0, result.output
    return result


def test_a_throng_and_further_streets_give_three_tables(small_scenes: None) -> None:
    result = bench("--streets", 0, "--throngs", 1, "--street", 1001, "--street", 7, "--seeds", 1)
    tables = result.stdout.strip().split("\n\n")
    seeded, races, believed = (table.splitlines() for table in tables)
    names = ["drawn street 1001", "drawn street 7", "drawn crowd 5000"]
    assert [row.split(" | ")[0].strip("| ") for row in seeded[2:]] == names
    assert [row.split(" | ")[0].strip("| ") for row in races[2:]] == names
    assert believed[0] == (
        "| probability | streets watched while it was built: proposals, said, right"
        " | other drawn videos: proposals, said, right |"
    )
    assert len(believed) == 2 + len(LIMITS) - 1


def test_videos_are_told_in_three_groups() -> None:
    told = {
        name: group_of(name) for name in ("drawn street 2001", "drawn street 2002", "TUD-Campus")
    }
    assert told == {
        "drawn street 2001": "streets watched while it was built",
        "drawn street 2002": "other drawn videos",
        "TUD-Campus": "sequences",
    }


def test_the_constants_are_fitted_into_a_file(
    small_scenes: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_review, "STREETS_TO_FIT", (100, 101))
    bench("--fit", tmp_path / "fitted.json")
    fitted = json.loads((tmp_path / "fitted.json").read_text(encoding="utf-8"))
    assert {"link", "events", "gains"} == set(fitted)
    assert set(fitted["link"]) == set(FEATURES)
