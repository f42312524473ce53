"""The table of `make bench`: what was measured, against what, and the floor it must keep."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ratio import Ratio

HEADER = "| what | ours | baseline in the same run | ratio | at least |"
RULE = "|---|---|---|---|---|"


@dataclass(slots=True)
class BenchTable:
    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, ratio: Ratio, *, at_least: float | None = None) -> None:
        """Add a row; a floor that is missed is marked, for a person to look at."""
        floor = "" if at_least is None else f"{at_least:g}x"
        missed = at_least is not None and ratio.times < at_least
        self.say(
            ratio.what,
            ours=f"{1e3 * ratio.ours_s:.2f} ms",
            baseline=f"{ratio.baseline}: {1e3 * ratio.baseline_s:.2f} ms",
            ratio=f"{ratio.times:.1f}x{' **missed**' if missed else ''}",
            floor=floor,
        )

    def say(self, what: str, *, ours: str, baseline: str, ratio: str, floor: str) -> None:
        self.rows.append(f"| {what} | {ours} | {baseline} | {ratio} | {floor} |")

    def note(self, text: str) -> None:
        self.notes.append(text)

    def text(self) -> str:
        now = datetime.now(UTC).strftime("%Y-%m-%d")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        where = f"{now}, {cores} cores, {platform.machine()}, {platform.system()}"
        return "\n".join([HEADER, RULE, *self.rows, "", f"Measured {where}.", *self.notes, ""])

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text(), encoding="utf-8")
