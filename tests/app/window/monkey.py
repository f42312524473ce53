"""Somebody who presses and clicks whatever there is, for tests of what a window survives."""

import random
from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QDialog
from view_records import Mouse
from window_stage import Stage

LAST = 39

LEFT_OUT = (
    # They end the window, open files, or start work that takes seconds.
    *("quit", "close_project", "open_video", "open_folder", "open_project", "open_sample"),
    *("add_video", "relink_video", "export_mot", "load_model", "finetune", "run_model"),
    *("continue_run", "pause_run", "cancel_run", "cancel_training", "open_log", "full_screen"),
    "tour",
    # They play by the clock, or load the model.
    *("play", "loop", "show_similarity", "hold_similarity", "panel_similarity", "probe_similarity"),
)
MENDING = (
    *("swap_from_here", "swap_this_frame", "swap_in_range", "split", "merge_commit"),
    *("assign_new", "assign_1", "delete_box", "delete_from_here", "keyframe", "interpolate"),
    *("interpolate_straight", "propagate", "toggle_occluded", "mark_outside", "undo", "redo"),
    "toggle_verified",
)


class Monkey:
    """Somebody who presses and clicks whatever there is."""

    def __init__(self, stage: Stage, *, seed: int) -> None:
        self.stage = stage
        self.dice = random.Random(seed)
        self.made: Counter[str] = Counter()
        window = stage.window
        self.canvas, self.timeline = Mouse(window.canvas), Mouse(window.timeline.viewport())
        known = {row.action_id for row in window.action_set.rows}
        self.others = sorted(
            action_id
            for action_id in known - set(LEFT_OUT)
            if not action_id.startswith(("open_", "train"))
        )
        assert set(MENDING) <= known and set(LEFT_OUT) <= known

    def act(self) -> None:
        """Do one thing, then put away whatever dialog came up."""
        what: Callable[[], None] = self.dice.choices(
            (self._mend, self._any_action, self._click, self._drag, self._timeline, self._range,
             self._select, self._type),
            weights=(40, 12, 12, 8, 12, 6, 8, 2),
        )[0]  # fmt: skip
        what()
        self.made[what.__name__] += 1
        self.put_dialogs_away()

    def _mend(self) -> None:
        session = self.stage.session
        here = [box.track_id for box in session.boxes_at(session.frame_index)]
        here = [track_id for track_id in here if track_id >= 0]  # a run's newest cannot be chosen
        if here and self.dice.random() < 0.6:
            session.select_tracks(self.dice.sample(here, min(len(here), self.dice.choice((1, 2)))))
        if session.frame_range is not None and self.dice.random() < 0.5:
            session.set_range(None)
        self._trigger(self.dice.choice(MENDING))

    def _any_action(self) -> None:
        self._trigger(self.dice.choice(self.others))

    def _trigger(self, action_id: str) -> None:
        action = self.stage.window.action_set[action_id]
        if action.isEnabled():
            self.stage.answers.agrees = self.dice.random() < 0.3
            self.stage.answers.says = self.dice.choice((None, "7", "a moment"))
            action.trigger()
            self.made[action_id] += 1

    def _somewhere(self, width: int, height: int) -> QPointF:
        return QPointF(self.dice.uniform(0, width), self.dice.uniform(0, height))

    def _box_or_somewhere(self) -> QPointF:
        canvas = self.stage.window.canvas
        placed = canvas.placed_boxes
        if placed and self.dice.random() < 0.8:
            return self.dice.choice(placed).label.center()
        return self._somewhere(canvas.width(), canvas.height())

    def _keys(self) -> Qt.KeyboardModifier:
        return self.dice.choice(
            (
                *(Qt.KeyboardModifier.NoModifier,) * 4,
                Qt.KeyboardModifier.ControlModifier,
                Qt.KeyboardModifier.ShiftModifier,
                Qt.KeyboardModifier.AltModifier,
            )
        )

    def _click(self) -> None:
        self.canvas.click(self._box_or_somewhere(), keys=self._keys())

    def _drag(self) -> None:
        start = self._box_or_somewhere()
        editable = self.stage.window.canvas.editable_box
        if editable is not None and self.dice.random() < 0.6:
            start = self.dice.choice(
                (editable.rect.center(), editable.rect.topLeft(), editable.rect.bottomRight())
            )
        end = start + QPointF(self.dice.uniform(-90, 90), self.dice.uniform(-90, 90))
        self.canvas.drag(start, end, keys=self._keys())

    def _timeline(self) -> None:
        view = self.stage.window.timeline.viewport()
        start = self._somewhere(view.width(), view.height())
        if self.dice.random() < 0.4:
            self.timeline.click(start, keys=self._keys())
        elif self.dice.random() < 0.5:
            self.timeline.drag(start, self._somewhere(view.width(), view.height()))
        else:
            self.timeline.wheel(start, notches=self.dice.choice((-2, -1, 1, 2)))

    def _range(self) -> None:
        ends = sorted(self.dice.randint(0, LAST) for _ in range(2))
        self.stage.session.set_range(self.dice.choice((None, (ends[0], ends[1]))))

    def _select(self) -> None:
        tracks = [track.track_id for track in self.stage.session.tracks()]
        count = min(len(tracks), self.dice.choice((0, 1, 1, 2, 2, 3)))
        self.stage.session.select_tracks(self.dice.sample(tracks, count))
        self.stage.session.go_to(self.dice.randint(0, LAST))

    def _type(self) -> None:
        box = self.stage.window.track_table.filter_box
        box.setText(self.dice.choice(("", "1", "1-3", "no such label")))

    def put_dialogs_away(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                accepts = self.dice.random() < 0.3
                widget.accept() if accepts else widget.reject()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
