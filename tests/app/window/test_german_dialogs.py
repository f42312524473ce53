"""What the core says in whole sentences is German in the dialogs that show it."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from trackmend_app.dialogs.refinement import RefinementDialog
from trackmend_app.training.report import FigureChange, Histogram, Report
from trackmend_app.training.report_dialog import WhatChangedDialog
from trackmend_app.wording import say_each
from trackmend_app.wording.translator import speak
from trackmend_core.refinement import ItemKind, RefinementItem, RefinementProposal
from trackmend_core.types import RunId, TrackId

IMPROVED = "IDF1 +0.062, HOTA +0.010, switches -1."
LIKENESS = Histogram(edges=(-1.0, 0.0, 1.0), same=(1, 9), different=(9, 1), auc=0.9)


@pytest.fixture
def owner(isolated_home: object, qapp: QApplication, qtbot: object) -> Iterator[QWidget]:
    """Someone for the dialogs to belong to, who speaks German."""
    speak(qapp, "de")
    widget = QWidget()
    yield widget
    widget.deleteLater()
    speak(qapp, "en")


def test_why_something_is_refined(owner: QWidget) -> None:
    item = RefinementItem(
        key="gap 4 8",
        kind=ItemKind.GAP,
        tracks=(TrackId(4),),
        frames=(6, 13),
        reasons=(
            "Track 4 is not seen in 6 frames from frame 8 on.",
            "They can be filled on the line between its boxes.",
        ),
        evidence={},
    )
    dialog = RefinementDialog(owner, RefinementProposal(run_id=RunId(1), items=(item,)))
    assert dialog.proposals.item(0).text() == (
        "Spur 4 ist ab Bild 8 6 Bilder lang nicht zu sehen."
        " Sie können auf der Linie zwischen ihren Kästen gefüllt werden."
    )


def test_what_finetuning_changed(owner: QWidget) -> None:
    report = Report(
        verdict="better",
        reason=f"The network is as it was; only the tracker's settings are new. {IMPROVED}",
        frames=(0, 9),
        is_seen=True,
        figures=(FigureChange(name="IDF1", before=0.8, after=0.862),),
        events=(),
        before=LIKENESS,
        after=LIKENESS,
    )
    dialog = WhatChangedDialog(owner, name="street-2", report=report)
    verdict = dialog.findChild(QLabel, "verdict")
    assert isinstance(verdict, QLabel)
    assert verdict.text().endswith(" IDF1 +0.062, HOTA +0.010, Verwechslungen -1.")
    assert "network" not in verdict.text()


def test_each_sentence_is_looked_up_for_itself(owner: QWidget) -> None:
    said = say_each(f"Nothing changed that could be told from chance. {IMPROVED}")
    assert said == (
        "Nichts änderte sich, was vom Zufall zu unterscheiden wäre."
        " IDF1 +0.062, HOTA +0.010, Verwechslungen -1."
    )
