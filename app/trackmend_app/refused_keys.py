"""Says what is missing when a key is pressed whose action is not possible now."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from trackmend_app import situation as when
from trackmend_app.action_row import ActionRow
from trackmend_app.action_set import ActionSet
from trackmend_app.situation import Situation
from trackmend_app.wording import noted, say

_NO_VIDEO = noted("open a video first (‹open_video›)")
_NO_RUN = noted("there are no tracks yet; run the model first (‹run_model›)")
_NO_TRACK = noted("select a track first; click its box, or its row in the list")

_NEEDS: Mapping[Callable[[Situation], bool], str] = {
    when.with_project: _NO_VIDEO,
    when.with_video: _NO_VIDEO,
    when.with_run: _NO_RUN,
    when.may_edit: _NO_RUN,
    when.with_track: _NO_TRACK,
    when.with_selection: _NO_TRACK,
    when.with_two_tracks: noted("select two tracks first; click one, Ctrl+click the other"),
    when.with_pair_and_range: noted(
        "select two tracks, and a range of frames (Shift+drag on the timeline)"
    ),
    when.with_range: noted("select a range of frames first (Shift+drag on the timeline)"),
    when.with_box: noted("select a box of this frame first"),
    when.with_event: noted("no suspicion is at hand; ‹next_suspicion› goes to the next"),
    when.with_side_view: noted("no second view is open"),
    when.with_retrack_ready: noted("nothing is ticked to be taken over"),
    when.may_undo: noted("there is nothing to take back"),
    when.may_redo: noted("nothing was taken back last"),
    when.may_continue: noted("no run was stopped before its end"),
    when.while_job_runs: noted("no run is under way"),
    when.while_training: noted("no training is under way"),
}


def what_is_missing(row: ActionRow, now: Situation) -> str:
    """Return one sentence: what is not possible, and what has to be done before."""
    needs = row.enabled_when
    if not now.has_video and not now.has_run and needs not in (when.may_undo, when.may_redo):
        reason = _NO_VIDEO
    elif needs in (when.may_run, when.may_finetune, when.may_refine, when.may_continue) and (
        now.job_runs or now.training_runs
    ):
        reason = noted("something is being computed; wait for it or stop it first")
    elif not now.has_run and needs not in (when.with_range, when.with_side_view):
        reason = _NEEDS.get(needs, _NO_RUN)
        reason = _NO_RUN if reason == _NO_TRACK else reason
    else:
        reason = _NEEDS.get(needs, noted("not possible now"))
    title = row.title.rstrip("…")
    return say("{title}: {reason}").format(title=title, reason=say(reason))


class RefusedKeys(QObject):
    """Watches the keys that nobody in a window took.

    Signals:
        refused(sentence): a key was pressed whose action is not possible now.
    """

    refused = Signal(str)

    def __init__(
        self, window: QWidget, actions: ActionSet, *, situation: Callable[[], Situation]
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._situation = situation
        self._unclaimed: QKeyCombination | None = None
        window.installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Say why the key does nothing; it goes on as if nobody had looked.

        A field that claims a key before the press (`ShortcutOverride` ends there) has used it, also
        if the press comes on to the window, as Enter does.
        """
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            self._unclaimed = event.keyCombination()
        elif event.type() is QEvent.Type.KeyPress:
            row = self._row_of(event) if event.keyCombination() == self._unclaimed else None
            self._unclaimed = None
            if row is not None:
                self.refused.emit(what_is_missing(row, self._situation()))
        return False

    def _row_of(self, event: QKeyEvent) -> ActionRow | None:
        if event.isAutoRepeat():
            return None
        pressed = QKeySequence(event.keyCombination())
        for row in self._actions.rows:
            keys = (QKeySequence(key) for key in row.keys)
            if not self._actions[row.action_id].isEnabled() and pressed in keys:
                return row
        return None
