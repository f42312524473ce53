"""Shows what a finetuning has changed: figures, the two hills of likeness, events with pictures."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.training.likeness import LikenessPlot
from trackmend_app.training.report import SWITCHES, FigureChange, Report, ReportedEvent
from trackmend_app.wording import say, say_each

_CROP_HEIGHT = 96
_KIND_STYLE = {"fixed": "good", "broken": "error", "unchanged": "quiet"}
_VERDICT_STYLE = {"better": "good", "worse": "error", "same": "quiet"}


class WhatChangedDialog(FittingDialog):
    """One report, to be read and closed."""

    def __init__(self, parent: QWidget, *, name: str, report: Report) -> None:
        super().__init__(parent)
        self.setObjectName("what_changed")
        self.setWindowTitle(self.tr("What finetuning changed"))
        self.setMinimumSize(560, 420)
        title = QLabel(name)
        title.setProperty("kind", "title")
        verdict = QLabel(say_each(report.reason))
        verdict.setObjectName("verdict")
        verdict.setProperty("kind", _VERDICT_STYLE.get(report.verdict, "quiet"))
        verdict.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for label in (title, verdict, self._where(report)):
            layout.addWidget(label)
        layout.addLayout(self._figures(report))
        plots = QHBoxLayout()
        plots.addWidget(LikenessPlot(self.tr("before"), report.before))
        plots.addWidget(LikenessPlot(self.tr("after"), report.after))
        layout.addLayout(plots)
        layout.addWidget(self._heading(report))
        layout.addWidget(self._events(report), 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _where(self, report: Report) -> QLabel:
        first, last = report.frames[0] + 1, report.frames[1] + 1
        text = (
            self.tr("Judged on frames %1 to %2, which were learnt from: there were too few to hold"
                    " any back, so this says little.")
            if report.is_seen
            else self.tr("Judged on frames %1 to %2, from which nothing was learnt.")
        )  # fmt: skip
        label = QLabel(text.replace("%1", str(first)).replace("%2", str(last)))
        label.setProperty("kind", "quiet")
        label.setWordWrap(True)
        return label

    def _figures(self, report: Report) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        heads = ("", self.tr("before"), self.tr("after"), self.tr("change, 90 % interval"))
        for column, text in enumerate(heads):
            head = QLabel(text)
            head.setProperty("kind", "heading")
            grid.addWidget(head, 0, column)
        for row, figure in enumerate(report.figures, start=1):
            for column, text in enumerate(_cells(figure)):
                cell = QLabel(text)
                if column:
                    cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(cell, row, column)
        grid.setColumnStretch(4, 1)
        return grid

    def _heading(self, report: Report) -> QLabel:
        counts = tuple(report.count(kind) for kind in ("fixed", "broken", "unchanged"))
        text = self.tr("Identity switches: %1 fixed, %2 broken, %3 unchanged")
        for place, count in enumerate(counts, start=1):
            text = text.replace(f"%{place}", str(count))
        label = QLabel(text)
        label.setObjectName("event_counts")
        label.setProperty("kind", "figure")
        return label

    def _events(self, report: Report) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        for event in report.events:
            column.addWidget(self._event(event))
        column.addStretch(1)
        area = QScrollArea()
        area.setObjectName("events")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        return area

    def _event(self, event: ReportedEvent) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        row = QHBoxLayout(card)
        kinds = {
            "fixed": self.tr("Fixed"),
            "broken": self.tr("Broken"),
            "unchanged": self.tr("Unchanged"),
        }
        said = QLabel(kinds.get(event.kind, event.kind))
        said.setProperty("kind", _KIND_STYLE.get(event.kind, "quiet"))
        where = self.tr("track %1, frame %2")
        place = QLabel(
            where.replace("%1", str(event.number)).replace("%2", str(event.frame_index + 1))
        )
        row.addWidget(said)
        row.addWidget(place)
        row.addStretch(1)
        for path in event.crops:
            crop = self._crop(path)
            if crop is not None:
                row.addWidget(crop)
        return card

    def _crop(self, path: Path) -> QWidget | None:
        """Return the person in a picture, and whether that is before the switch or after it."""
        picture = QPixmap(str(path))
        if picture.isNull():
            return None
        is_before = path.stem.endswith("_before")
        said = QLabel(self.tr("before") if is_before else self.tr("after"))
        said.setProperty("kind", "quiet")
        shown = QLabel()
        mode = Qt.TransformationMode.SmoothTransformation
        shown.setPixmap(picture.scaledToHeight(_CROP_HEIGHT, mode))
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for label in (shown, said):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        return both


def _cells(figure: FigureChange) -> tuple[str, str, str, str]:
    if figure.low is None or figure.high is None:
        change = f"{figure.after - figure.before:+.3f}"
        return say(figure.name), f"{figure.before:.3f}", f"{figure.after:.3f}", change
    digits = 0 if figure.name == SWITCHES else 3
    interval = f"{figure.low:+.{digits}f} … {figure.high:+.{digits}f}"
    change = f"{figure.after - figure.before:+.{digits}f}  ({interval})"
    return say(figure.name), f"{figure.before:.{digits}f}", f"{figure.after:.{digits}f}", change
