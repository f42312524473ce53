"""`trackmend bench review`: what the queue finds, and how much faster it makes a reviewer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer

from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_core.jobs.bench_review import (
    Race,
    bench_reviewer,
    bench_seeded,
    fit_constants,
    see_sequence,
    see_street,
)
from trackmend_core.model import Detector
from trackmend_core.review.bench.recall import SeededScores
from trackmend_core.review.bench.reliability import LIMITS, reliability
from trackmend_core.review.bench.simulate import LOOK_S
from trackmend_core.synthetic import StreetSettings

FIRST_CROWD, FIRST_THRONG = 3000, 5000
"""Scenes that are judged; the constants were fitted on others."""

STREETS_TO_FIT = (100, 101, 102, 106, 107, 108)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    name: str
    seeded: SeededScores
    race: Race


def run_bench_review(
    sequences: Sequence[Path],
    *,
    streets: int,
    first_street: int,
    crowds: int,
    throngs: int,
    seeds: int,
    model: Path | None,
    as_json: bool,
) -> None:
    """Measure on drawn streets and crowds and on sequences, and print two Markdown tables.

    Raises:
        UserError: a folder is no sequence, or the model cannot be used.
    """
    detector = _detector(model)
    rows = []
    videos = [see_street(street(first_street + n), detector) for n in range(streets)]
    videos += [see_street(crowd(FIRST_CROWD + n), detector) for n in range(crowds)]
    videos += [see_street(throng(FIRST_THRONG + n), detector) for n in range(throngs)]
    videos += [see_sequence(folder.expanduser().absolute(), detector) for folder in sequences]
    for seeing in videos:
        video = drive(seeing, title="Preparing")
        seeded = drive(bench_seeded(video, seeds=range(seeds)), title="Seeded errors")
        rows.append(_Row(video.name, seeded, drive(bench_reviewer(video), title="Reviewer")))
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    _print_seeded(rows)
    typer.echo()
    _print_races(rows)
    typer.echo()
    _print_reliability(rows)


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
    return detector


def _plain(row: _Row) -> dict[str, Any]:
    """Return what a script wants of a video; Any is what JSON holds."""
    return {"video": row.name, "seeded": row.seeded.to_dict(), "reviewer": row.race.to_dict()}


def _print_seeded(rows: Sequence[_Row]) -> None:
    typer.echo(
        "| seeded errors | errors (K) | found in first K | in first 2K"
        " | first proposal right | of those found | false alarms a minute |"
    )
    typer.echo("|" + "---|" * 7)
    for row in rows:
        scores = row.seeded.to_dict()
        cells = [f"{scores['errors']}"]
        cells += [
            f"{scores[name]:.0%}"
            for name in (
                "found_in_first_k",
                "found_in_first_2k",
                "first_proposal_right",
                "right_of_found",
            )
        ]
        cells.append(f"{scores['false_alarms_per_minute']:.0f}")
        typer.echo(f"| {' | '.join([row.name, *cells])} |")


def _print_reliability(rows: Sequence[_Row]) -> None:
    """Print how often the proposals looked at were right, by the probability that was said."""
    typer.echo("| probability | drawn: proposals, said, right | real: proposals, said, right |")
    typer.echo("|" + "---|" * 3)
    groups = [
        reliability(
            answer
            for row in rows
            if row.name.startswith("drawn") is is_drawn
            for answer in row.race.answers
        )
        for is_drawn in (True, False)
    ]
    for low, high in pairwise(LIMITS):
        cells = [f"{low:.0%} to {high:.0%}"]
        for group in groups:
            told = next((one for one in group if one.low == low), None)
            cells.append("" if told is None else f"{told.count} {told.said:.0%} {told.right:.0%}")
        typer.echo(f"| {' | '.join(cells)} |")


def _print_races(rows: Sequence[_Row]) -> None:
    typer.echo(
        "| reviewer | before: IDF1, HOTA, switches | along the queue: the same, minutes"
        " | scrubbing: the same, minutes | minutes to the same IDF1 | times faster"
        " | if scrubbing looks took half |"
    )
    typer.echo("|" + "---|" * 7)
    for row in rows:
        race = row.race
        start = race.queue[0]
        ends = [
            f"{100 * steps[-1].idf1:.1f} {100 * steps[-1].hota:.1f} {steps[-1].switches}"
            f" {steps[-1].seconds / 60:.1f}"
            for steps in (race.queue, race.scrubbing)
        ]
        along, scrubbing = race.minutes
        cells = [
            f"{100 * start.idf1:.1f} {100 * start.hota:.1f} {start.switches}",
            *ends,
            f"{100 * race.target:.1f}: {along:.1f}, {scrubbing:.1f}",
            f"{race.ratio:.1f}",
            f"{race.ratio_if(scrub_look_s=LOOK_S / 2):.1f}",
        ]
        typer.echo(f"| {' | '.join([row.name, *cells])} |")
