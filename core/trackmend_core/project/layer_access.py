"""The part of `Project` that reads the layer, repairs it, and takes repairs back."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trackmend_core.project import edit_log, history, layer, replay, summaries, verified
from trackmend_core.project.database import Database
from trackmend_core.project.decided import DecidedBoxes, decided_boxes
from trackmend_core.project.digest import layer_digest
from trackmend_core.project.edits import Edit
from trackmend_core.project.layer_arrays import LayerArrays, layer_arrays
from trackmend_core.project.records import (
    BoxRecord,
    Changes,
    EditRecord,
    LayerMark,
    TouchedTrack,
    TrackColumns,
    TrackSummary,
    VerifiedStretch,
)
from trackmend_core.types import BoxId, DetectionId, EditId, RunId, TrackId


class _PreviewDone(Exception):  # noqa: N818 - it ends a preview, it is no error
    """Rolls a preview back."""


class LayerAccess:
    """Tracks, boxes and edits; see `Project`."""

    path: Path
    author: str
    _database: Database

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Let all reads of this thread see the same state, while others edit or a run goes on.

        Keep it short: the file's write-ahead log grows meanwhile, and on a network drive nobody
        else can write. What this thread itself writes inside is not seen inside.
        """
        with self._database.at_one_moment():
            yield

    def tracks(
        self, run_id: RunId, *, only: Collection[TrackId] | None = None
    ) -> list[TrackSummary]:
        """Return the tracks of the layer of a run, or some of them, by number."""
        with self._database.reading() as connection:
            return summaries.summaries(connection, run_id, only=only)

    def boxes_in_frame(self, run_id: RunId, frame_index: int) -> list[BoxRecord]:
        """Return the boxes of one frame, by number."""
        return self.boxes_in_range(run_id, frame_index, frame_index)

    def boxes_in_range(self, run_id: RunId, first: int, last: int) -> list[BoxRecord]:
        """Return the boxes of frames first..last (both included), by frame and number."""
        with self._database.reading() as connection:
            return layer.boxes_in_range(
                connection, run_id=run_id, first_frame=first, last_frame=last
            )

    def feet_in_range(
        self, run_id: RunId, first: int, last: int
    ) -> list[tuple[int, TrackId, int, float, float]]:
        """Return (frame, track, number, x, y) of the foot of every box of frames first..last."""
        with self._database.reading() as connection:
            return layer.feet_in_range(
                connection, run_id=run_id, first_frame=first, last_frame=last
            )

    def boxes_of_track(self, track_id: TrackId) -> list[BoxRecord]:
        """Return the boxes of one track in the order of frames, empty if it is not there."""
        with self._database.reading() as connection:
            return layer.boxes_of_track(connection, track_id)

    def track_columns(self, track_id: TrackId) -> TrackColumns:
        """Return the boxes of one track as arrays, in the order of frames."""
        with self._database.reading() as connection:
            return layer.track_columns(connection, track_id)

    def first_detections(
        self, track_ids: Sequence[TrackId], *, count: int
    ) -> dict[TrackId, list[DetectionId]]:
        """Return the detections that the first boxes of each track came from."""
        with self._database.reading() as connection:
            return layer.first_detections(connection, track_ids, count=count)

    def box(self, box_id: BoxId) -> BoxRecord:
        """Return one box.

        Raises:
            UserError: it is not there any more.
        """
        with self._database.reading() as connection:
            return layer.box_record(connection, box_id)

    def layer_arrays(
        self, run_id: RunId, *, track_ids: Collection[TrackId] | None = None
    ) -> LayerArrays:
        """Return the boxes of a run's layer as columns, or those of some of its tracks."""
        with self._database.reading() as connection:
            return layer_arrays(connection, run_id, track_ids=track_ids)

    def edit(self, edit: Edit) -> Changes:
        """Make an edit; it is committed when this returns.

        Raises:
            UserError: it cannot be done; nothing has changed.
        """
        with self._database.writing() as connection:
            return edit_log.run_edit(connection, edit, author=self.author)

    def preview(self, edit: Edit) -> Changes:
        """Return what an edit would change, without making it.

        Raises:
            UserError: it cannot be done.
        """
        changes: Changes | None = None
        try:
            with self._database.writing() as connection:
                changes = edit_log.run_edit(connection, edit, author=self.author)
                raise _PreviewDone
        except _PreviewDone:
            pass
        assert changes is not None
        return replace(changes, edit_id=None)

    def undo(self) -> Changes | None:
        """Take back the newest edit; None if there is none."""
        with self._database.writing() as connection:
            return edit_log.undo_edit(connection)

    def redo(self) -> Changes | None:
        """Make the edit again that was undone last; None if there is none.

        Raises:
            UserError: a run that went on since has taken its place.
        """
        with self._database.writing() as connection:
            return edit_log.redo_edit(connection)

    def log_position(self) -> tuple[EditId | None, EditId | None, EditId | None]:
        """Return the newest edit, the one to undo and the one to redo: they tell of any edit."""
        with self._database.reading() as connection:
            return edit_log.position(connection)

    @property
    def undo_title(self) -> str | None:
        """Return the title of the edit that `undo` takes back."""
        with self._database.reading() as connection:
            edit_id = edit_log.next_undo(connection)
            return None if edit_id is None else edit_log.edit_title(connection, edit_id)

    @property
    def redo_title(self) -> str | None:
        """Return the title of the edit that `redo` makes again."""
        with self._database.reading() as connection:
            edit_id = edit_log.next_redo(connection)
            return None if edit_id is None else edit_log.edit_title(connection, edit_id)

    def undo_reach(self) -> list[TouchedTrack]:
        """Return which tracks `undo` would touch and where."""
        with self._database.reading() as connection:
            edit_id = edit_log.next_undo(connection)
            return [] if edit_id is None else history.tracks_of_edit(connection, edit_id)

    def redo_reach(self) -> list[TouchedTrack]:
        """Return which tracks `redo` would touch and where."""
        with self._database.reading() as connection:
            edit_id = edit_log.next_redo(connection)
            return [] if edit_id is None else history.tracks_of_edit(connection, edit_id)

    def edits(self) -> list[EditRecord]:
        """Return the history of edits, oldest first, also those undone or superseded."""
        with self._database.reading() as connection:
            return history.list_edits(connection)

    def touched_tracks(self, run_id: RunId) -> dict[EditId, list[TouchedTrack]]:
        """Return which tracks every edit of a run touched and where."""
        with self._database.reading() as connection:
            return history.touched_tracks(connection, run_id)

    def tracks_of_edit(self, edit_id: EditId) -> list[TouchedTrack]:
        """Return which tracks one edit touched and where."""
        with self._database.reading() as connection:
            return history.tracks_of_edit(connection, edit_id)

    def decided_boxes(self, run_id: RunId) -> DecidedBoxes:
        """Return the boxes that people have put in or taken out, re-tracking left out."""
        with self._database.reading() as connection:
            return decided_boxes(connection, run_id)

    def frames_of_edits(self, run_id: RunId) -> list[tuple[int, int]]:
        """Return (first, last) frame of every edit of a run that counts now, oldest edit first."""
        with self._database.reading() as connection:
            return edit_log.frames_of_edits(connection, run_id)

    def verified(self, run_id: RunId) -> list[VerifiedStretch]:
        """Return the verified stretches of a run, by first frame."""
        with self._database.reading() as connection:
            return verified.list_stretches(connection, run_id)

    def check_verified(self, run_id: RunId) -> bool:
        """Compute all fingerprints anew and tell whether those kept up are the same."""
        with self._database.reading() as connection:
            return all(verified.fresh_fingerprints(connection, run_id).values())

    def layer_mark(self) -> LayerMark:
        """Return what differs after any edit, undo, redo or tracked frame with new tracks."""
        with self._database.reading() as connection:
            return layer.layer_mark(connection, newest_edit=edit_log.next_undo(connection))

    def digest(self) -> str:
        """Return one word for the exact state of all tracks and boxes."""
        with self._database.reading() as connection:
            return layer_digest(connection)

    def replay_digest(self) -> str:
        """Return the digest of the layer that the runs and the edit log alone produce."""
        return replay.replay_digest(self.path)
