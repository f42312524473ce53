"""What the window works on: the open project, its video and run, the frame and the selection."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trackmend_app.edit_marks import EditMarks, Mark
from trackmend_app.leaving import close_calmly, keep_if_possible
from trackmend_app.live_box import live_boxes
from trackmend_app.long_edits import announced, boxes_named, boxes_touched
from trackmend_app.radius_text import radius_text
from trackmend_app.step_place import go_to_run, said_of_step
from trackmend_core.project import BoxRecord, Changes, Project, RunRecord, TrackSummary, VideoRecord
from trackmend_core.project.edits import Edit, RevertTo
from trackmend_core.types import BoxId, RunId, TrackedBox, TrackId, VideoId

FrameRange = tuple[int, int]

PLACE_KEY = "place"
"""Under this name a project remembers where its window was last."""

LIVE_FRAMES = 120
"""So many frames of a running job are kept until the file has them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What edits apply to.

    Attributes:
        track_ids: in the order they were chosen; the first is the one a merge keeps.
        box_id: the box of the current frame that was clicked, if it was a box.
    """

    track_ids: tuple[TrackId, ...] = ()
    box_id: BoxId | None = None


class Session(QObject):
    """The state that all views share; views ask it and listen to it, never to one another.

    Signals:
        project_changed(): another project is open, or none.
        project_closing(): the open project is about to be closed and can still be written.
        video_changed(): another video is shown, or none.
        run_changed(): another run is shown, or the shown one has grown or ended.
        tracks_changed(): tracks or boxes of the shown run differ, and the frame's boxes may.
        frame_changed(frame_index): the current frame.
        selection_changed().
        range_changed().
        committed(sentence): an edit, an undo or a redo is in the file.
        work_begun(sentence), work_ended(): around an edit, undo or redo that takes a moment.
        edited(Changes, undone): the same, for whoever follows row by row.
    """

    project_changed = Signal()
    project_closing = Signal()
    video_changed = Signal()
    run_changed = Signal()
    tracks_changed = Signal()
    frame_changed = Signal(int)
    selection_changed = Signal()
    range_changed = Signal()
    committed = Signal(str)
    work_begun = Signal(str)
    work_ended = Signal()
    edited = Signal(object, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._video: VideoRecord | None = None
        self._run: RunRecord | None = None
        self._frame_index = 0
        self._selection = Selection()
        self._range: FrameRange | None = None
        self._saved_at: datetime | None = None
        self._tracks: tuple[TrackSummary, ...] | None = None
        self._boxes: tuple[int, list[BoxRecord]] | None = None
        self._marks = EditMarks()
        self._announced = partial(announced, begin=self.work_begun.emit, end=self.work_ended.emit)
        self._touched_frames: FrameRange | None = None
        self._live_boxes: OrderedDict[int, list[BoxRecord]] = OrderedDict()

    @property
    def project(self) -> Project | None:
        """Return the open project."""
        return self._project

    @property
    def video(self) -> VideoRecord | None:
        """Return the video that is shown."""
        return self._video

    @property
    def run(self) -> RunRecord | None:
        """Return the run whose tracks are shown."""
        return self._run

    @property
    def frame_index(self) -> int:
        """Return the current frame, 0-based."""
        return self._frame_index

    @property
    def selection(self) -> Selection:
        """Return what edits apply to."""
        return self._selection

    @property
    def frame_range(self) -> FrameRange | None:
        """Return first and last frame of the range marked on the timeline."""
        return self._range

    @property
    def saved_at(self) -> datetime | None:
        """Return when the last change was committed; None without a project."""
        return self._saved_at

    def open_project(self, path: Path) -> None:
        """Open a project file and show its first video.

        Raises:
            UserError: it is not a project, is newer than this program, or is damaged.
        """
        self.adopt(Project.open(path))

    def adopt(self, project: Project, *, video_id: VideoId | None = None) -> None:
        """Show a project that is open already; the earlier one is closed."""
        self.close_project()
        self._project = project
        self._saved_at = datetime.now()
        self.project_changed.emit()
        videos = {video.video_id for video in project.videos()}
        if not videos:
            return
        place = project.state(PLACE_KEY, {})
        last = VideoId(place.get("video_id", 0))
        if video_id is None:
            video_id = last if last in videos else min(videos)
        self.show_video(video_id)
        if video_id == last:
            self.go_to(int(place.get("frame_index", 0)))

    def close_project(self) -> None:
        """Let go of the project; every edit is in its file already."""
        if self._project is None:
            return
        self.project_closing.emit()
        project = self._project
        if self._video is not None:
            place = {"video_id": self._video.video_id, "frame_index": self._frame_index}
            keep_if_possible(project, PLACE_KEY, place)
        self._project, self._video, self._run, self._saved_at = None, None, None, None
        self._forget_rows()
        self._live_boxes.clear()
        self._marks.forget()
        self._frame_index, self._range, self._selection = 0, None, Selection()
        close_calmly(project)
        for signal in (self.project_changed, self.video_changed, self.run_changed):
            signal.emit()
        self._tell_all_views()

    def show_video(self, video_id: VideoId) -> None:
        """Show one of the project's videos with its active run."""
        project = self.required_project()
        self._video = next(video for video in project.videos() if video.video_id == video_id)
        self._frame_index, self._range, self._selection = 0, None, Selection()
        self.video_changed.emit()
        self.refresh_run()
        self._tell_all_views()

    def show_run(self, run_id: RunId) -> None:
        """Make another run the shown one, for this and for later sessions."""
        self.required_project().set_active_run(run_id)
        self._selection = Selection()
        self.refresh_run()
        self._tell_all_views()

    def refresh_run(self) -> None:
        """Read again which run is active and how far it has come."""
        if self._project is None or self._video is None:
            return
        before, self._run = self._run, self._project.active_run(self._video.video_id)
        if before == self._run:
            return
        if before is None or self._run is None or before.run_id != self._run.run_id:
            self._live_boxes.clear()
            self._selection = Selection()
        self._forget_rows()
        self.run_changed.emit()
        self.tracks_changed.emit()

    def required_project(self) -> Project:
        """Return the open project.

        Raises:
            RuntimeError: none is open; the action should have been off.
        """
        if self._project is None:
            raise RuntimeError("no project is open")
        return self._project

    def required_run(self) -> RunRecord:
        """Return the shown run.

        Raises:
            RuntimeError: none is shown; the action should have been off.
        """
        if self._run is None:
            raise RuntimeError("no run is shown")
        return self._run

    def tracks(self) -> Sequence[TrackSummary]:
        """Return the tracks of the shown run, read once after each change."""
        if self._project is None or self._run is None:
            return ()
        if self._tracks is None:
            self._tracks = tuple(self._project.tracks(self._run.run_id))
        return self._tracks

    def track(self, track_id: TrackId) -> TrackSummary | None:
        """Return one track of the shown run."""
        return next((track for track in self.tracks() if track.track_id == track_id), None)

    @property
    def touched_frames(self) -> FrameRange | None:
        """Return, while `tracks_changed` tells of one changed box, its frame; else None."""
        return self._touched_frames

    def edit_marks(self) -> list[Mark]:
        """Return (track, frame) where a person has mended the shown run, read once per edit."""
        if self._project is None or self._run is None:
            return []
        return self._marks.of(self._project, self._run.run_id)

    def boxes_at(self, frame_index: int) -> list[BoxRecord]:
        """Return the boxes of one frame of the shown run; the last answer is remembered.

        Frames that a running job has tracked but not committed yet come from `put_live_boxes`.
        """
        if self._project is None or self._run is None:
            return []
        if frame_index >= self._run.next_frame and frame_index in self._live_boxes:
            return self._live_boxes[frame_index]
        if self._boxes is None or self._boxes[0] != frame_index:
            boxes = self._project.boxes_in_frame(self._run.run_id, frame_index)
            self._boxes = (frame_index, list(boxes))
        return self._boxes[1]

    def put_live_boxes(self, frame_index: int, tracked: Sequence[TrackedBox]) -> None:
        """Show what a running job has just found; its file rows follow with the next batch."""
        rows = {track.number: track.track_id for track in self.tracks()}
        self._live_boxes[frame_index] = live_boxes(tracked, frame_index=frame_index, rows=rows)
        while len(self._live_boxes) > LIVE_FRAMES:
            self._live_boxes.popitem(last=False)

    def go_to(self, frame_index: int) -> None:
        """Make another frame the current one; beyond an end, that end."""
        if self._video is None:
            return
        frame_index = max(0, min(frame_index, self._video.frame_count - 1))
        if frame_index == self._frame_index:
            return
        self._frame_index = frame_index
        self.frame_changed.emit(frame_index)
        self._keep_box_in_step()

    def select(self, selection: Selection) -> None:
        """Choose what edits apply to."""
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def select_tracks(self, track_ids: Sequence[TrackId]) -> None:
        """Choose whole tracks; the last one's box in the current frame, if any, goes with them."""
        there = self._there(track_ids)
        self.select(Selection(there, self._box_of(there)))

    def set_range(self, frame_range: FrameRange | None) -> None:
        """Mark frames from first to last, or none."""
        if frame_range != self._range:
            self._range = frame_range
            self.range_changed.emit()

    def edit(self, edit: Edit) -> Changes:
        """Apply one edit; when this returns, it is in the file.

        Raises:
            UserError: the edit is impossible; nothing has changed.
        """
        with self._announced(boxes_named(edit, self.tracks())):
            made = self.required_project().edit(edit)
        changes = self._commit(made, is_new=not isinstance(edit, RevertTo))
        self.committed.emit(
            f"{changes.title} ({radius_text(changes)}) · ‹undo› takes it back"
            if changes.box_count > 1
            else f"{changes.title} · ‹undo› takes it back"
        )
        return changes

    def undo(self) -> Changes | None:
        """Take the last edit back and go to its place; None when there is none."""
        project = self.required_project()
        with self._announced(boxes_touched(project.undo_reach(), self.tracks())):
            changes = project.undo()
        return self._jump_to(changes, undone=True)

    def redo(self) -> Changes | None:
        """Bring the last undone edit back and go to its place; None when there is none."""
        project = self.required_project()
        with self._announced(boxes_touched(project.redo_reach(), self.tracks())):
            changes = project.redo()
        return self._jump_to(changes)

    def read_anew(self) -> None:
        """Show the file as it is, after somebody else has edited it."""
        self._forget_rows()
        self._marks.forget()
        self._keep_selection_true()
        self.tracks_changed.emit()

    def _jump_to(self, changes: Changes | None, *, undone: bool = False) -> Changes | None:
        if changes is None:
            return None
        gone_to = go_to_run(self, changes.run_id)
        self._commit(changes, undone=undone)
        if changes.frames is not None:
            first, last = changes.frames
            if not first <= self._frame_index <= last:
                self.go_to(first)
        self.committed.emit(said_of_step(changes.title, undone=undone, gone_to=gone_to))
        return changes

    def _commit(self, changes: Changes, *, undone: bool = False, is_new: bool = False) -> Changes:
        self._saved_at = datetime.now()
        if is_new:
            self._marks.add(self.required_project(), changes)
        else:
            self._marks.forget()
        self._take_over(changes)
        self._keep_selection_true()
        self._touched_frames = changes.frames if changes.box_count == 1 else None
        self.tracks_changed.emit()
        self._touched_frames = None
        self.edited.emit(changes, undone)
        return changes

    def _take_over(self, changes: Changes) -> None:
        """Read the tracks anew that an edit touched: the others are as they were."""
        known, self._boxes = self._tracks, None
        if known is None or self._run is None or changes.run_id != self._run.run_id:
            self._tracks = None
            return
        fresh = self.required_project().tracks(changes.run_id, only=changes.tracks)
        if fresh == [track for track in known if track.track_id in changes.tracks]:
            return  # boxes have moved, and that is all
        others = (track for track in known if track.track_id not in changes.tracks)
        self._tracks = tuple(sorted((*others, *fresh), key=lambda track: track.number))

    def _forget_rows(self) -> None:
        self._tracks, self._boxes = None, None

    def _keep_selection_true(self) -> None:
        """Follow the one selected box to its new track; let go of tracks that are no more."""
        chosen = self._selection
        if len(chosen.track_ids) == 1 and chosen.box_id is not None:
            for box in self.boxes_at(self._frame_index):
                if box.box_id == chosen.box_id:
                    self.select(Selection((box.track_id,), box.box_id))
                    return
        kept = self._there(self._selection.track_ids)
        self.select(Selection(kept, self._box_of(kept)))

    def _there(self, track_ids: Sequence[TrackId]) -> tuple[TrackId, ...]:
        """Return the tracks that no edit has done away with; a run's newest have ids below 0."""
        alive = {track.track_id for track in self.tracks()}
        return tuple(track for track in track_ids if track in alive or track < 0)

    def _keep_box_in_step(self) -> None:
        if tracks := self._selection.track_ids:
            self.select(Selection(tracks, self._box_of(tracks)))

    def _box_of(self, track_ids: Sequence[TrackId]) -> BoxId | None:
        """Return the box of the last chosen track in the current frame."""
        if not track_ids:
            return None
        boxes = self.boxes_at(self._frame_index)
        return next((box.box_id for box in boxes if box.track_id == track_ids[-1]), None)

    def _tell_all_views(self) -> None:
        self.tracks_changed.emit()
        self.selection_changed.emit()
        self.range_changed.emit()
        self.frame_changed.emit(self._frame_index)
