"""The tables of `trackmend bench review`: seeded errors, two reviewers, what can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import typer

from trackmend_core.jobs.bench_review import Race
from trackmend_core.review.bench.recall import SeededScores
from trackmend_core.review.bench.reliability import LIMITS, reliability
from trackmend_core.review.bench.simulate import LOOK_S

WATCHED: Final = frozenset(f"drawn street {seed}" for seed in (1000, 1001, 1002, 1003, 2001))
"""Streets whose queues were looked at while the detectors were written; no constant is of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What was measured on one video."""

    name: str
    seeded: SeededScores
    race: Race


def print_tables(rows: Sequence[Row]) -> None:
    """Print the three tables as Markdown."""
    _print_seeded(rows)
    typer.echo()
    _print_races(rows)
    typer.echo()
    _print_reliability(rows)


def group_of(name: str) -> str:
    """Return with which other videos the probabilities of one are told."""
    if name in WATCHED:
        return "streets watched while it was built"
    return "other drawn videos" if name.startswith("drawn") else "sequences"


def plain(row: Row) -> dict[str, Any]:
    """Return what a script wants of a video; Any is what JSON holds."""
    return {"video": row.name, "seeded": row.seeded.to_dict(), "reviewer": row.race.to_dict()}


def _print_seeded(rows: Sequence[Row]) -> None:
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


def _print_reliability(rows: Sequence[Row]) -> None:
    """Print how often the proposals looked at were right, by the probability that was said."""
    groups = list(dict.fromkeys(group_of(row.name) for row in rows))
    titles = [f"{group}: proposals, said, right" for group in groups]
    typer.echo(f"| probability | {' | '.join(titles)} |")
    typer.echo("|" + "---|" * (1 + len(groups)))
    bins = [
        reliability(
            answer for row in rows if group_of(row.name) == group for answer in row.race.answers
        )
        for group in groups
    ]
    for low, high in pairwise(LIMITS):
        cells = [f"{low:.0%} to {high:.0%}"]
        for group in bins:
            told = next((one for one in group if one.low == low), None)
            cells.append("" if told is None else f"{told.count} {told.said:.0%} {told.right:.0%}")
        typer.echo(f"| {' | '.join(cells)} |")


def _print_races(rows: Sequence[Row]) -> None:
    typer.echo(
        "| reviewer | before: IDF1, HOTA, switches | along the queue: the same, minutes"
        " | scrubbing: the same, minutes | minutes to the same IDF1 | times faster"
        " | if every card were a look | if scrubbing looks took half |"
    )
    typer.echo("|" + "---|" * 8)
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
            f"{race.ratio_by_cards:.1f}",
            f"{race.ratio_if(scrub_look_s=LOOK_S / 2):.1f}",
        ]
        typer.echo(f"| {' | '.join([row.name, *cells])} |")
