"""A box in words: whose, how sure the model was, who put it there."""

from PySide6.QtCore import QCoreApplication

from trackmend_app.canvas.box_layout import score_text
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxSource


def describe_box(box: BoxRecord) -> str:
    """Return what the tooltip of a box says."""
    translate = QCoreApplication.translate
    whose = translate("VideoCanvas", "Track {number}").format(number=box.number)
    if box.is_expected:
        return f"{whose} · {translate('VideoCanvas', 'expected here, hidden by somebody nearer')}"
    sources = {
        BoxSource.MODEL: translate("VideoCanvas", "found by the model"),
        BoxSource.INTERPOLATED: translate("VideoCanvas", "interpolated"),
        BoxSource.PERSON: translate("VideoCanvas", "placed by a person"),
    }
    parts = [
        whose,
        translate("VideoCanvas", "confidence {score}").format(score=score_text(box)),
        sources[box.source],
        translate("VideoCanvas", "occluded") if box.is_occluded else "",
    ]
    return " · ".join(filter(None, parts))
