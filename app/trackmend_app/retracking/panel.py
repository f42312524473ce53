"""The panel of a dry run: suspicions now and then, thresholds, the diff per track, the answer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.radius_text import touched_text
from trackmend_app.retracking.change_list import ChangeList
from trackmend_app.retracking.control import RetrackControl, Tried
from trackmend_app.retracking.threshold_slider import ThresholdSlider
from trackmend_app.retracking.thresholds import short_title, thresholds_of
from trackmend_app.wording import counted
from trackmend_core.project.records import frame_number
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Progress

_TRIED_ROWS = 3
_TRIED_ROW_PX = 26
_LEAST_LIST_PX = 150


class RetrackPanel(QWidget):
    """Shows the state of a `RetrackControl`.

    Signals:
        threshold_moved(name, value).
        tried_chosen(Tried): a setting tried before is wanted again.
        go_back_asked(): the thresholds of the run are wanted again.
        tick_all_asked(on).
    """

    threshold_moved = Signal(str, float)
    tried_chosen = Signal(object)
    go_back_asked = Signal()
    tick_all_asked = Signal(bool)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Re-track"))
        self.changes = ChangeList(self)
        self.tried = QListWidget(self)
        self.sliders: dict[str, ThresholdSlider] = {}
        self.accept_button = QPushButton(self.tr("Accept as one edit"), self)
        self.leave_button = QPushButton(self.tr("Leave"), self)
        self._place = self._label("quiet")
        self._count = self._label("title")
        self._sentence = self._label("small")
        self._scope = self._label("quiet")
        self._unchanged = self._label("small")
        self._bar = QProgressBar(self)
        self._sliders = QVBoxLayout()
        self._back = self._small_button(self.tr("As the run"))
        self._back.setToolTip(self.tr("Take the thresholds that the run was made with"))
        self._all, self._none = (
            self._small_button(self.tr("Tick all")),
            self._small_button(self.tr("Tick none")),
        )
        self._tried: Sequence[Tried] = ()
        self._build(actions)

    def begin(self, settings: TrackerSettings) -> None:
        """Show the sliders that fit a way of tracking."""
        for slider in self.sliders.values():
            self._sliders.removeWidget(slider)
            slider.deleteLater()
        self.sliders = {one.name: ThresholdSlider(one, self) for one in thresholds_of(settings)}
        for slider in self.sliders.values():
            slider.moved.connect(self.threshold_moved)
            self._sliders.addWidget(slider)

    def show_state(self, control: RetrackControl) -> None:
        """Show how things stand."""
        settings, replay = control.settings, control.replay
        if settings is None:
            return
        values = settings.to_dict()
        for name, slider in self.sliders.items():
            slider.set_value(float(values[name]))
        self._place.setText(
            self.tr("from frame {frame} on").format(frame=frame_number(control.from_frame))
        )
        self._bar.setVisible(control.is_computing)
        self._show_tried(control)
        changes = control.changes
        self.changes.show_changes(changes, ticked=control.ticked, number_of=control.number_of)
        self.changes.setVisible(bool(changes))
        for button in (self._all, self._none):
            button.setEnabled(bool(changes))
        if replay is None:
            self._count.setText(self.tr("Tracking again…"))
            self._sentence.setText(self.tr("A dry run: nothing changes until you accept."))
            self._scope.clear()
            self._unchanged.clear()
            return
        now = replay.looked_at.suspicions
        self._count.setText(
            self.tr("{now} → {then} suspicions").format(now=now, then=replay.suspicions)
        )
        self._tell_outcome(control, unchanged=len(replay.outcome.changes) - len(changes))

    def show_progress(self, progress: Progress) -> None:
        """Show how far the replay has come."""
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)

    def _tell_outcome(self, control: RetrackControl, *, unchanged: int) -> None:
        if not control.changes:
            self._sentence.setText(
                self.tr("Nothing would change from here on; try other thresholds, or Esc leaves.")
            )
        else:
            kept = self.tr("Your edits are kept, verified stretches are not touched.")
            still = self.tr("The camera counts as still.") if control.counts_camera_still else ""
            self._sentence.setText(f"{kept} {still}".strip())
        self._unchanged.setText(
            counted(unchanged, "1 track stays as it is", "{count} tracks stay as they are")
        )
        boxes, tracks = control.radius
        self._scope.setText(
            self.tr("Ticked: {what}").format(what=touched_text(boxes=boxes, tracks=tracks))
            if control.ticked
            else self.tr("Nothing is ticked")
        )

    def _show_tried(self, control: RetrackControl) -> None:
        self._tried = control.tried
        self.tried.setVisible(len(self._tried) > 1)
        rows = [_tried_words(one, self.tr("as the run")) for one in self._tried]
        if rows != [self.tried.item(row).text() for row in range(self.tried.count())]:
            self.tried.clear()
            self.tried.addItems(rows)
            for row, words in enumerate(rows):
                self.tried.item(row).setToolTip(words)
            shown = min(_TRIED_ROWS, len(rows))
            self.tried.setFixedHeight(shown * _TRIED_ROW_PX + 4)
        at = [one.settings for one in self._tried]
        blocked = self.tried.blockSignals(True)
        self.tried.setCurrentRow(at.index(control.settings) if control.settings in at else -1)
        self.tried.blockSignals(blocked)

    @Slot(int)
    def _on_tried_chosen(self, row: int) -> None:
        if 0 <= row < len(self._tried):
            self.tried_chosen.emit(self._tried[row])

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("kind", kind)
        label.setWordWrap(kind == "small")
        return label

    def _small_button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "small")
        return button

    def _heading(self, text: str, *beside: QWidget) -> QHBoxLayout:
        title = self._label("heading")
        title.setText(text)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch()
        for widget in beside:
            row.addWidget(widget)
        return row

    def _line(self) -> QFrame:
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.HLine)
        return line

    def _build(self, actions: ActionSet) -> None:
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._count.setAccessibleName(self.tr("Suspicions now and after re-tracking"))
        self.tried.setAccessibleName(self.tr("Settings tried so far"))
        self.tried.currentRowChanged.connect(self._on_tried_chosen)
        self.tried.hide()
        self.accept_button.setProperty("kind", "primary")
        for button, action in (
            (self.accept_button, actions["accept_retrack"]),
            (self.leave_button, actions["leave"]),
        ):
            button.clicked.connect(action.trigger)
            button.setToolTip(action.toolTip())
        action = actions["accept_retrack"]
        action.changed.connect(lambda: self.accept_button.setEnabled(action.isEnabled()))
        self._back.clicked.connect(self.go_back_asked)
        self._all.clicked.connect(lambda: self.tick_all_asked.emit(True))
        self._none.clicked.connect(lambda: self.tick_all_asked.emit(False))
        self._sliders.setSpacing(3)
        self.tried.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tried.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tried.setUniformItemSizes(True)
        self.changes.setMinimumHeight(_LEAST_LIST_PX)
        self._sentence.setMinimumHeight(2 * self._sentence.fontMetrics().height())
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        answer = QHBoxLayout()
        answer.addWidget(self.accept_button, 1)
        answer.addWidget(self.leave_button)
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.setContentsMargins(0, 0, 4, 0)
        middle.setSpacing(6)
        middle.addWidget(self._line())
        middle.addLayout(self._heading(self.tr("THRESHOLDS"), self._back))
        middle.addLayout(self._sliders)
        middle.addWidget(self.tried)
        middle.addWidget(self._line())
        middle.addLayout(self._heading(self.tr("CHANGES"), self._all, self._none))
        middle.addWidget(self.changes, 100)
        middle.addWidget(self._unchanged)
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 12)
        column.setSpacing(6)
        column.addLayout(self._heading(self.tr("RE-TRACK"), self._place))
        column.addWidget(self._count)
        column.addWidget(self._bar)
        column.addWidget(self._sentence)
        column.addWidget(self._scrolled(page), 1)
        column.addWidget(self._scope)
        column.addLayout(answer)

    def _scrolled(self, page: QWidget) -> QScrollArea:
        """Let the window be low: what is answered with stays in sight, the rest is scrolled to."""
        page.setProperty("kind", "panel")
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        return area


def _tried_words(tried: Tried, as_the_run: str) -> str:
    values = [
        f"{short_title(name)} {value:g}"
        for name, value in tried.differs.items()
        if name != "birth_score_threshold"
    ]
    return f"{tried.suspicions}  ·  {', '.join(values) or as_the_run}"
