"""How good the queue is here: known swaps in a copy, how many were shown, what is left."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.theme import current_theme
from trackmend_app.wording import say_composed
from trackmend_core.project.records import frame_number
from trackmend_core.types import Progress

_MOST_MISSED = 5
_BAR_PX = 10.0

if TYPE_CHECKING:
    from trackmend_core.review.bench.own_check import QueueCheck


class RecallBar(QWidget):
    """The share that the queue shows, with the range in which the truth lies."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recall = 0.0
        self._range = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_recall(self, recall: float, between: tuple[float, float]) -> None:
        """Show a share and the range of what it may really be, 0..1."""
        self._recall, self._range = recall, between
        text = self.tr("{share} % shown, probably between {low} and {high} %")
        low, high = between
        self.setAccessibleName(
            text.format(
                share=f"{100 * recall:.0f}", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}"
            )
        )
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a slim bar."""
        return QSize(300, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, and the range as a whisker on it."""
        theme = current_theme()
        bar = QRectF(0, (self.height() - _BAR_PX) / 2, self.width(), _BAR_PX)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.line))
            painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)
            filled = QRectF(bar)
            filled.setWidth(max(_BAR_PX, bar.width() * self._recall))
            painter.setBrush(QColor(theme.good))
            painter.drawRoundedRect(filled, _BAR_PX / 2, _BAR_PX / 2)
            low, high = (bar.width() * share for share in self._range)
            painter.setBrush(QColor(theme.text))
            painter.drawRect(QRectF(low, bar.center().y() - 1, max(2.0, high - low), 2))
            for x in (low, high - 2):
                painter.drawRect(QRectF(x, bar.top() - 3, 2, _BAR_PX + 6))


class QueueCheckDialog(FittingDialog):
    """Shows that the check runs, then what it found; closing it ends the check."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("queue_check")
        self.setWindowTitle(self.tr("How good is the queue here?"))
        self.resize(520, 340)
        self._step = QLabel()
        self._bar = QProgressBar()
        self.recall_bar = RecallBar()
        self._recall = QLabel()
        self._left = QLabel()
        self._advice = QLabel()
        self._missed = QLabel()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._running_page())
        self._pages.addWidget(self._result_page())
        intro = QLabel(
            self.tr(
                "Known swaps are put into a copy of your project, and the queue is asked for them. "
                "Your own file is only read."
            )
        )
        intro.setWordWrap(True)
        intro.setProperty("kind", "quiet")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(intro)
        column.addWidget(self._pages, 1)
        column.addWidget(self.buttons)

    def show_progress(self, progress: Progress) -> None:
        """Say how far the check is."""
        self._step.setText(say_composed(progress.message))
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)

    def show_result(self, check: "QueueCheck") -> None:
        """Show what was found and what to do next."""
        self.recall_bar.set_recall(check.recall, check.recall_range)
        self._recall.setText(say_composed(check.recall_sentence))
        self._left.setText(say_composed(check.left_sentence))
        self._advice.setText(say_composed(check.advice))
        self._advice.setProperty("kind", "good" if check.may_stop else "doubt")
        self._advice.style().unpolish(self._advice)
        self._advice.style().polish(self._advice)
        self._missed.setText(self._missed_text(check))
        self._missed.setVisible(bool(check.missed))
        self.buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)
        self._pages.setCurrentIndex(1)

    @property
    def text(self) -> str:
        """Return what is said, for tests and people who read by ear."""
        labels = (self._recall, self._left, self._advice, self._missed)
        return "\n".join(label.text() for label in labels if label.text())

    def _missed_text(self, check: "QueueCheck") -> str:
        """Say where swaps were put in that the queue did not show."""
        places = [
            self.tr("{one} and {other} at frame {frame}").format(
                one=swap.numbers[0], other=swap.numbers[1], frame=frame_number(swap.frame)
            )
            for swap in check.missed
        ]
        shown = ", ".join(places[:_MOST_MISSED])
        rest = len(places) - _MOST_MISSED
        more = self.tr(" and {count} more").format(count=rest) if rest > 0 else ""
        return self.tr("Not shown: {places}.").format(places=shown + more)

    def _running_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(self.tr("Progress of the check"))
        column.addWidget(self._step)
        column.addWidget(self._bar)
        column.addStretch()
        return page

    def _result_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._left.setProperty("kind", "title")
        self._missed.setProperty("kind", "small")
        for label in (self._recall, self._left, self._advice, self._missed):
            label.setWordWrap(True)
        for widget in (self._recall, self.recall_bar, self._left, self._advice, self._missed):
            column.addWidget(widget)
        column.addStretch()
        return page
