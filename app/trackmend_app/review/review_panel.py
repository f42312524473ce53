"""The panel of the review: the queue with one card opened, the answers, or what to do instead."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.review.answer_bar import AnswerBar
from trackmend_app.review.answer_card import AnswerCard
from trackmend_app.review.key_button import KeyButton
from trackmend_app.review.open_card import OpenCard
from trackmend_app.review.panel_head import PanelHead
from trackmend_app.review.suspicion_card import SuspicionCard
from trackmend_core.project import ReviewAnswer
from trackmend_core.review import Suspicion

LEAST_WIDTH = 340
MOST_CARDS = 30
MOST_ANSWERS = 60
_BEFORE = 4


class ReviewPanel(QWidget):
    """Shows what it is handed; knows no project.

    Signals:
        card_chosen(Suspicion): its card was clicked.
        answer_back_asked(answer_id); place_asked(frame_index); look_again_asked().
    """

    card_chosen = Signal(object)
    answer_back_asked = Signal(int)
    place_asked = Signal(int)
    look_again_asked = Signal()

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers_button = QToolButton(self)
        self._head = PanelHead(self.tr("REVIEW"), self.answers_button)
        self._pages = QStackedWidget(self)
        self._area = QScrollArea(self)
        self._answers_area = QScrollArea(self)
        self.open_card = OpenCard()
        self.answer_bar = AnswerBar(actions)
        self.start_button = KeyButton(actions["next_suspicion"], self.tr("Start reviewing"))
        self.again_button = QPushButton(self.tr("Look again"))
        self._cards: list[SuspicionCard] = []
        self._more_above, self._more_below = QLabel(), QLabel()
        self._title, self._hint = QLabel(), QLabel()
        self._answers: tuple[ReviewAnswer, ...] = ()
        self._shown: tuple[ReviewAnswer, ...] | None = None
        self._build()

    # What is shown

    @property
    def summary(self) -> str:
        """Return the line of figures at the top."""
        return self._head.summary

    def set_summary(self, text: str) -> None:
        """Say how many are left and done, and for how long people have worked."""
        self._head.set_summary(text)

    def show_message(self, title: str, hint: str, *, may_look_again: bool = False) -> None:
        """Say why nothing is listed and what to do."""
        self._title.setText(title)
        self._hint.setText(hint)
        self.again_button.setVisible(may_look_again)
        self._queue_pages.setCurrentIndex(0)
        self._area.verticalScrollBar().setValue(0)  # the next queue is another one

    def show_queue(self, waiting: Sequence[Suspicion], current: Suspicion | None) -> None:
        """List what waits, the one at hand opened; a long queue is shown around it."""
        self._queue_pages.setCurrentIndex(1)
        place = next(
            (at for at, one in enumerate(waiting) if current and one.key == current.key), None
        )
        first = max(0, (place or 0) - _BEFORE)
        shown = waiting[first : first + MOST_CARDS]
        self._fill_cards([one for one in shown if current is None or one.key != current.key])
        self.start_button.setVisible(current is None)
        self.open_card.setVisible(current is not None)
        self.answer_bar.setVisible(current is not None)
        if place is not None:
            self._column.removeWidget(self.open_card)
            self._column.insertWidget(2 + place - first, self.open_card)
        _say_more(self._more_above, first, self.tr("{count} more above"))
        rest = len(waiting) - first - len(shown)
        _say_more(self._more_below, rest, self.tr("{count} more, less worthwhile"))

    def scroll_to_open(self) -> None:
        """Bring the opened card into view, its head first."""
        QTimer.singleShot(0, self, self._scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the opened card in view: with less room it would be what is cut off."""
        super().resizeEvent(event)
        self.scroll_to_open()

    def _scroll(self) -> None:
        card, bar = self.open_card, self._area.verticalScrollBar()
        if card.isHidden():
            return
        self._column.activate()
        top, bottom = card.y() - 6, card.y() + card.height() + 6
        height = self._area.viewport().height()
        if bottom - bar.value() > height:
            bar.setValue(min(top, bottom - height))
        if top < bar.value():
            bar.setValue(top)

    def show_answers(self, answers: Sequence[ReviewAnswer]) -> None:
        """List answers, the newest first; their cards are made when somebody looks at them."""
        self._answers = tuple(answers)
        if self.answers_button.isChecked():
            self._list_answers()

    def _list_answers(self) -> None:
        answers = self._answers
        if answers == self._shown:
            return
        self._shown = answers
        page = QWidget()
        page.setProperty("kind", "panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        for answer in answers[:MOST_ANSWERS]:
            card = AnswerCard(answer)
            card.place_asked.connect(self.place_asked)
            card.back_asked.connect(self.answer_back_asked)
            column.addWidget(card)
        if not answers:
            hint = QLabel(self.tr("No answer yet. Answers can be taken back here."))
            hint.setProperty("kind", "quiet")
            hint.setWordWrap(True)
            column.addWidget(hint)
        column.addStretch()
        old = self._answers_area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._answers_area.setWidget(page)

    @property
    def cards(self) -> list[SuspicionCard]:
        """Return the closed cards on show, from the top."""
        return [card for card in self._cards if not card.isHidden()]

    @property
    def message(self) -> str:
        """Return what is said instead of a list; empty while there is one."""
        return "" if self._queue_pages.currentIndex() else self._title.text()

    def _fill_cards(self, shown: Sequence[Suspicion]) -> None:
        while len(self._cards) < len(shown):
            card = SuspicionCard(self._list)
            card.chosen.connect(self.card_chosen)
            self._column.insertWidget(self._column.count() - 2, card)
            self._cards.append(card)
        for at, card in enumerate(self._cards):
            card.setVisible(at < len(shown))
            if at < len(shown):
                card.set_suspicion(shown[at])

    # Layout

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Review"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(LEAST_WIDTH)
        self._build_switch()
        self._pages.addWidget(self._build_queue())
        self._pages.addWidget(_framed(self._answers_area))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._pages, 1)

    def _build_switch(self) -> None:
        button = self.answers_button
        button.setText(self.tr("Answers"))
        button.setToolTip(self.tr("Show what was answered, to look at or to take back"))
        button.setCheckable(True)
        button.setProperty("kind", "small")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(self._on_answers_toggled)

    @Slot(bool)
    def _on_answers_toggled(self, on: bool) -> None:
        if on:
            self._list_answers()
        self._pages.setCurrentIndex(1 if on else 0)

    def show_queue_page(self) -> None:
        """Show what waits, not what was answered."""
        self.answers_button.setChecked(False)

    def _build_queue(self) -> QWidget:
        self._queue_pages = QStackedWidget(self)
        message = QWidget()
        self._title.setProperty("kind", "title")
        self._hint.setProperty("kind", "quiet")
        for label in (self._title, self._hint):
            label.setWordWrap(True)
        self.again_button.clicked.connect(lambda _checked: self.look_again_asked.emit())
        column = QVBoxLayout(message)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addWidget(self.again_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        self._list = QWidget()
        self._list.setProperty("kind", "panel")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 4, 8)
        self._column.setSpacing(8)
        self.start_button.setProperty("kind", "primary")
        for label in (self._more_above, self._more_below):
            label.setProperty("kind", "small")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self.start_button)
        self._column.addWidget(self._more_above)
        self._column.addWidget(self.open_card)
        self._column.addWidget(self._more_below)
        self._column.addStretch()
        self.open_card.hide()
        self._area.setWidget(self._list)
        listed = _framed(self._area)
        framing = listed.layout()
        assert framing is not None
        framing.addWidget(self.answer_bar)
        self.answer_bar.hide()
        self._queue_pages.addWidget(message)
        self._queue_pages.addWidget(listed)
        return self._queue_pages


def _framed(area: QScrollArea) -> QWidget:
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(10, 0, 6, 0)
    column.setSpacing(0)
    column.addWidget(area)
    return page


def _say_more(label: QLabel, count: int, words: str) -> None:
    label.setVisible(count > 0)
    label.setText(words.format(count=f"{count:,}"))
