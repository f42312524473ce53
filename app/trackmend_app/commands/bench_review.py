"""`trackmend bench review`: what the queue finds, and how much faster it makes a reviewer."""

import json
from collections.abc import Sequence
from pathlib import Path

from trackmend_app.commands.bench_review_tables import Row, plain, print_tables
from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_core.jobs.bench_review import (
    bench_reviewer,
    bench_seeded,
    fit_constants,
    see_sequence,
    see_street,
)
from trackmend_core.model import Detector
from trackmend_core.synthetic import StreetSettings

FIRST_CROWD, FIRST_THRONG = 3000, 5000
"""Scenes that are judged; the constants were fitted on others."""

STREETS_TO_FIT = tuple(range(100, 109))


def run_bench_review(
    sequences: Sequence[Path],
    *,
    streets: int,
    first_street: int,
    further_streets: Sequence[int],
    crowds: int,
    throngs: int,
    seeds: int,
    model: Path | None,
    as_json: bool,
) -> None:
    """Measure on drawn streets and crowds and on sequences, and print three Markdown tables.

    Raises:
        UserError: a folder is no sequence, or the model cannot be used.
    """
    detector = _detector(model)
    rows = []
    videos = [see_street(street(first_street + n), detector) for n in range(streets)]
    videos += [see_street(street(seed), detector) for seed in further_streets]
    videos += [see_street(crowd(FIRST_CROWD + n), detector) for n in range(crowds)]
    videos += [see_street(throng(FIRST_THRONG + n), detector) for n in range(throngs)]
    videos += [see_sequence(folder.expanduser().absolute(), detector) for folder in sequences]
    for seeing in videos:
        video = drive(seeing, title="Preparing")
        seeded = drive(bench_seeded(video, seeds=range(seeds)), title="Seeded errors")
        race = drive(bench_reviewer(video), title="Reviewer")
        rows.append(Row(video.name, seeded, race))
    if as_json:
        print_json([plain(row) for row in rows])
        return
    print_tables(rows)


def run_fit(out: Path, *, model: Path | None) -> None:
    """Fit the constants of the review on drawn streets and write them into a file.

    Raises:
        UserError: the model cannot be used.
    """
    detector = _detector(model)
    scenes = map(street_to_fit, STREETS_TO_FIT)
    videos = [drive(see_street(scene, detector), title="Preparing") for scene in scenes]
    fitted = drive(fit_constants(videos), title="Fitting")
    text = json.dumps(fitted.to_json(), indent=1) + "\n"
    out.expanduser().write_text(text, encoding="utf-8")
    print_note(f"Written to {out}")


def street(seed: int) -> StreetSettings:
    """Return a street to judge on: half of its people have a double, and the doubles cross."""
    return StreetSettings(seed=seed, frame_count=250, walkers=8, lookalikes=4)


def crowd(seed: int) -> StreetSettings:
    """Return a square full of small people, long and at few frames a second."""
    return StreetSettings(
        seed=seed,
        width=768,
        height=576,
        frame_count=400,
        frame_rate=7.0,
        walkers=14,
        lookalikes=4,
        far=2.5,
    )


def throng(seed: int) -> StreetSettings:
    """Return a square with sixty people at once, a fifth of them look-alikes in pairs."""
    return StreetSettings(
        seed=seed,
        width=960,
        height=540,
        frame_count=250,
        walkers=60,
        lookalikes=12,
        far=2.5,
    )


def street_to_fit(seed: int) -> StreetSettings:
    """Return a street to fit on; they differ in length, people and doubles."""
    return StreetSettings(
        seed=seed,
        walkers=6 + seed % 5,
        lookalikes=(2, 4, 0, 2)[seed % 4],
        frame_count=200 + 50 * (seed % 3),
    )


def _detector(model: Path | None) -> Detector:
    _, loaded = load_model(model)
    detector = make_detector(loaded)
    print_note(f"{loaded.name} on {detector.description}")
    if loaded.scenes:
        print_note("What it learnt in single scenes is not used.")
    return detector
