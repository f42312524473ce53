"""Keeps the probe, its mark and the similarity control in step."""

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.action_set import ActionSet
from trackmend_app.canvas.video_canvas import VideoCanvas
from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.similarity.control import SimilarityControl
from trackmend_app.similarity.probe import PointerProbe


class ProbePresenter(QObject):
    """The pointer looks for places while G is held, or while the mode is on.

    Signals:
        said(sentence).
    """

    said = Signal(str)

    def __init__(
        self,
        canvas: VideoCanvas,
        *,
        control: SimilarityControl,
        frames: CanvasPresenter,
        actions: ActionSet,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.probe = PointerProbe(canvas, self)
        self._control = control
        self._frames = frames
        self._actions = actions
        self._mode_is_on = False
        self._key_is_held = False
        self._was_shown = False
        self.probe.hovered.connect(self._on_hovered)
        self.probe.left.connect(self._on_left)
        self.probe.picked.connect(self._on_picked)
        control.query_changed.connect(self._show_mark)
        frames.frame_shown.connect(self._show_mark)

    @property
    def is_on(self) -> bool:
        """Return whether the mode is on; holding the key is no mode."""
        return self._mode_is_on

    def set_held(self, held: bool) -> None:
        """Look by pointer, and show the map, as long as the key is down."""
        self._key_is_held = held
        if held:
            self._was_shown = self._control.is_shown
            self._control.set_shown(True)
        elif not self._was_shown:
            self._control.set_shown(False)
        self._follow()

    def set_mode(self, on: bool) -> None:
        """Look by pointer until the mode is left."""
        if on == self._mode_is_on:
            return
        self._mode_is_on = on
        self._control.set_shown(on)
        self._follow()
        if on:
            self.said.emit(
                self.tr("Point at anything to see where else it looks like that · ")
                + self.tr("a click keeps the place · Esc leaves")
            )
        self._actions.set_checked("probe_similarity", on)
        self._actions.set_checked("show_similarity", on)

    def leave(self) -> bool:
        """Let go of a place that is pinned, else of the mode; tell whether there was any."""
        if self._control.is_pinned:
            self._control.leave_place()
            return True
        if self._mode_is_on:
            self.set_mode(False)
            return True
        return False

    def _follow(self) -> None:
        self.probe.set_on(self._mode_is_on or self._key_is_held)
        if not self.probe.is_on:
            self._control.leave_place(pinned_too=False)

    @Slot(float, float)
    def _on_hovered(self, x: float, y: float) -> None:
        self._control.look_from(x, y)

    @Slot(float, float)
    def _on_picked(self, x: float, y: float) -> None:
        self._control.look_from(x, y, pin=True)
        self.said.emit(self.tr("Kept: step through the video to see where it goes · Esc lets go"))

    @Slot()
    def _on_left(self) -> None:
        self._control.leave_place(pinned_too=False)

    @Slot()
    def _show_mark(self) -> None:
        query = self._control.query
        here = query is not None and query.is_place
        if here and query is not None and query.frame_index == self._frames.shown_frame:
            self.probe.mark.show_place(query.point, pinned=self._control.is_pinned)
        else:
            self.probe.mark.show_place(None, pinned=False)
