"""Draw how suspicious a track is: nothing much, in doubt, or alarming."""

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from trackmend_app.suspicion_tones import ALARMING, suspicion_colour
from trackmend_app.theme import current_theme, ui_font
from trackmend_app.tracks.track_model import SUSPICION_ROLE, AnyIndex


class SuspicionDelegate(QStyledItemDelegate):
    """The likelier an error, the louder the figure."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Choose colour and weight."""
        super().initStyleOption(option, index)
        suspicion = float(index.data(SUSPICION_ROLE) or 0.0)
        if suspicion >= ALARMING:
            option.font = ui_font(13, weight=QFont.Weight.DemiBold)
        colour = QColor(suspicion_colour(suspicion, current_theme()))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(role, colour)
