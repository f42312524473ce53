"""Reads the report that a finetuning leaves: what changed, in plain values for the window."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackmend_app.wording import noted, say
from trackmend_core.errors import UserError

WORSE = "worse"
SWITCHES = noted("Switches")
"""The only figure that is a count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """One figure before and after, and between which limits its change lies in 90 of 100 cases."""

    name: str
    before: float
    after: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """An identity switch: "fixed", "broken" or "unchanged"; pictures before it and at it."""

    kind: str
    frame_index: int
    number: int
    crops: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How alike pairs of boxes are: counts between `edges` of one model."""

    edges: tuple[float, ...]
    same: tuple[int, ...]
    different: tuple[int, ...]
    auc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What changed; see `trackmend_training.what_changed.WhatChanged`."""

    verdict: str
    reason: str
    frames: tuple[int, int]
    is_seen: bool
    figures: tuple[FigureChange, ...]
    events: tuple[ReportedEvent, ...]
    before: Histogram
    after: Histogram

    def count(self, kind: str) -> int:
        """Return how many events are of a kind."""
        return sum(event.kind == kind for event in self.events)


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        UserError: it is gone or damaged.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Report(
            verdict=str(plain["verdict"]),
            reason=str(plain["reason"]),
            frames=(int(plain["frames"][0]), int(plain["frames"][1])),
            is_seen=bool(plain["is_seen"]),
            figures=_figures(plain),
            events=tuple(_event(one, folder=path.parent) for one in plain["events"]),
            before=_histogram(plain["likeness_before"], plain["likeness_bins"]),
            after=_histogram(plain["likeness_after"], plain["likeness_bins"]),
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise UserError(
            "The report on what changed cannot be read.", "The model itself is not concerned."
        ) from error


def _figures(plain: Mapping[str, Any]) -> tuple[FigureChange, ...]:  # Any: JSON
    changes = plain["changes"]
    sure = [
        FigureChange(
            name=title,
            before=float(changes[key]["before"]),
            after=float(changes[key]["after"]),
            low=float(changes[key]["low"]),
            high=float(changes[key]["high"]),
        )
        for key, title in (("idf1", "IDF1"), ("hota", "HOTA"), ("id_switches", SWITCHES))
    ]
    there = (plain["elsewhere_before"], plain["elsewhere_after"])
    elsewhere = [
        FigureChange(
            name=say("{figure} on a drawn street").format(figure=title),
            before=float(there[0][key]),
            after=float(there[1][key]),
        )
        for key, title in (("mota", "MOTA"), ("idf1", "IDF1"))
    ]
    return (*sure, *elsewhere)


def _event(plain: Mapping[str, Any], *, folder: Path) -> ReportedEvent:  # Any: JSON
    return ReportedEvent(
        kind=str(plain["kind"]),
        frame_index=int(plain["frame_index"]),
        number=int(plain["number"]),
        crops=tuple(folder / str(name) for name in plain["crops"]),
    )


def _histogram(plain: Mapping[str, Any], edges: list[Any]) -> Histogram:  # Any: JSON
    auc = plain["auc"]
    return Histogram(
        edges=tuple(float(edge) for edge in edges),
        same=tuple(int(count) for count in plain["same"]),
        different=tuple(int(count) for count in plain["different"]),
        auc=None if auc is None else float(auc),
    )
