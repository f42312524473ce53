"""The list that appears while Ctrl is held: which tracks the selected box may belong to."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from trackmend_app.chooser import Chooser
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.radius_text import boxes_text
from trackmend_app.similarity.lookalikes import Lookalike
from trackmend_app.similarity.match_row import Match, MatchRow
from trackmend_app.wording.shown_keys import with_keys
from trackmend_app.workbench import Workbench
from trackmend_core.types import ImageArray

DELAY_MS = 350
_MARGIN_PX = 12
_ROW_WIDTH_PX = 250


class AssignList(QFrame):
    """Tracks ranked by appearance, each with its picture and key; shown while Ctrl is held.

    Signals: chosen(place): the row at that place (from 1) was clicked.
    """

    chosen = Signal(int)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("assign_list")
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Tracks that look alike"))
        self._title = QLabel(self)
        self._title.setProperty("kind", "figure")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 10, 12, 10)
        self._grid.setSpacing(4)
        self._grid.setHorizontalSpacing(10)
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        self._made: list[QWidget] = []
        self.rows: list[MatchRow] = []
        self._keys: list[CropKey] = []
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_held)
        self._chooser: Chooser | None = None
        self._workbench: Workbench | None = None
        self.hide()

    @property
    def title(self) -> str:
        """How much would be assigned."""
        return self._title.text()

    def attend(self, window: QWidget, workbench: Workbench) -> None:
        """Watch the keyboard of a window."""
        self._chooser, self._workbench = workbench.chooser, workbench
        workbench.crops.crop_ready.connect(self._on_crop_ready)
        self.chosen.connect(workbench.chooser.assign_to_lookalike)
        window.winId()
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wait for Ctrl alone; any other key, or letting go, ends it. Nothing is swallowed."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            alone = event.key() == Qt.Key.Key_Control and not event.isAutoRepeat()
            self._delay.start() if alone else self._delay.stop()
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Control and not event.isAutoRepeat():
                self.put_away()
        elif kind == QEvent.Type.FocusOut or (
            kind == QEvent.Type.MouseButtonPress and not self.underMouse()
        ):
            self.put_away()
        return False

    def put_away(self) -> None:
        """Hide the list."""
        self._delay.stop()
        self.hide()

    def _on_held(self) -> None:
        if self._chooser is None or self._workbench is None:
            return
        found, count = self._chooser.lookalikes(), self._chooser.boxes_to_assign()
        if count:
            self._title.setText(self._scope(count))
            self._keys = [CropKey.of(one.box) for one in found]
            known = self._workbench.crops.ask(
                self._workbench.video_path(), self._keys, for_whom="assign"
            )
            self._fill(found, [known.get(key) for key in self._keys])
            self.adjustSize()
            self.move(QPoint(self._canvas.width() - self.width() - _MARGIN_PX, _MARGIN_PX))
            self.show()
            self.raise_()

    def _scope(self, count: int) -> str:
        assert self._workbench is not None, "the list is shown for a project"
        in_range = self._workbench.session.frame_range is not None
        text = (
            self.tr("Assign {count} in the range to")
            if in_range
            else self.tr("Assign {count} from here on to")
        )
        return text.format(count=boxes_text(count))

    def _fill(self, found: Sequence[Lookalike], crops: Sequence[ImageArray | None]) -> None:
        for widget in self._made:
            widget.deleteLater()
        self._made, self.rows = [], []
        for place, (one, crop) in enumerate(zip(found, crops, strict=True), 1):
            row = MatchRow(
                Match(
                    track_id=one.track_id,
                    number=one.number,
                    similarity=one.similarity,
                    crop_bgr=crop,
                    seen_too=one.seen_too,
                ),
                self,
            )
            row.setMinimumWidth(_ROW_WIDTH_PX)
            row.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.clicked.connect(self._on_row_clicked)
            self._add(place, with_keys(f"‹assign_{place}›"), row)
            self.rows.append(row)
        self._add(len(found) + 1, with_keys("‹assign_new›"), QLabel(self.tr("a new id"), self))

    def _add(self, line: int, key: str, widget: QWidget) -> None:
        label = QLabel(key, self)
        label.setProperty("kind", "quiet")
        self._grid.addWidget(label, line, 0)
        self._grid.addWidget(widget, line, 1)
        self._made += [label, widget]

    @Slot()
    def _on_row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, MatchRow) and row in self.rows:
            place = self.rows.index(row) + 1
            self.put_away()
            self.chosen.emit(place)

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, crop: ImageArray) -> None:
        for known, row in zip(self._keys, self.rows, strict=False):
            if known == key:
                row.match = replace(row.match, crop_bgr=crop)
                row.update()
