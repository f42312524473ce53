"""The project file as the rest of Trackmend sees it: one class, every method one short transaction.

All methods may be called from any thread; each takes its own connection. Edits are committed when
they return.
"""

import getpass
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import delete

from trackmend_core.errors import UserError
from trackmend_core.project import (
    backups,
    detection_store,
    edit_log,
    layer,
    library,
    replay,
    runs,
    state,
    summaries,
)
from trackmend_core.project.database import Database
from trackmend_core.project.digest import layer_digest
from trackmend_core.project.edits import Edit
from trackmend_core.project.opening import create_database, open_database
from trackmend_core.project.records import (
    BoxRecord,
    Changes,
    Checkpoint,
    EditRecord,
    JsonObject,
    ModelRecord,
    RunRecord,
    RunStatus,
    StoredDetections,
    Suggestion,
    TrackSummary,
    TrainingRunRecord,
    VideoInfo,
    VideoRecord,
)
from trackmend_core.project.run_writer import RunWriter
from trackmend_core.project.schema import runs as runs_table
from trackmend_core.types import (
    BoxId,
    DetectionId,
    FloatArray,
    ModelId,
    RunId,
    TrackId,
    VideoId,
)


class _PreviewDone(Exception):  # noqa: N818 - it ends a preview, it is no error
    """Rolls a preview back."""


class Project:
    """One `.trackmend` file: videos, models, runs, the tracks people repair, and their edits.

    Attributes:
        path: of the file, absolute.
        notices: what the user should know about the file, each a sentence.
        author: whom edits are ascribed to.
    """

    def __init__(self, path: Path, database: Database, notices: tuple[str, ...]) -> None:
        self.path = path
        self.notices = notices
        self.author = _user_name()
        self._database = database
        self._writers: list[RunWriter] = []
        with database.writing() as connection:
            self.interrupted_runs = tuple(runs.mark_interrupted(connection))

    @classmethod
    def create(cls, path: Path | str) -> Self:
        """Create a project file and open it.

        Raises:
            UserError: the file exists, or its folder does not or cannot be written.
        """
        path = Path(path).absolute()
        return cls(path, *create_database(path))

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a project file.

        Raises:
            UserError: no project, a newer or damaged one, read-only, or in use.
        """
        path = Path(path).absolute()
        return cls(path, *open_database(path))

    def close(self) -> None:
        """End what is written (as cancelled) and leave one file behind; may be called twice."""
        for writer in list(self._writers):
            writer.finish(RunStatus.CANCELLED)
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def back_up(self) -> Path:
        """Make a backup now and return it.

        Raises:
            UserError: it cannot be written.
        """
        return backups.make_backup(self.path, reason="manual")

    def state(self, key: str, default: Any = None) -> Any:
        """Return a JSON value (Any: the caller's own) that was kept with the file."""
        with self._database.reading() as connection:
            return state.get_state(connection, f"app.{key}", default)

    def set_state(self, key: str, value: Any) -> None:
        """Keep a JSON value (Any: the caller's own) with the file, such as the frame last seen."""
        with self._database.writing() as connection:
            state.set_state(connection, f"app.{key}", value)

    def add_video(self, source_info: VideoInfo) -> VideoId:
        """Add a video; adding the same content again returns the same id and notes its place.

        Raises:
            UserError: the video has no frame.
        """
        with self._database.writing() as connection:
            return library.insert_video(connection, source_info, project_path=self.path)

    def videos(self) -> list[VideoRecord]:
        """Return the videos in the order in which they were added."""
        with self._database.reading() as connection:
            return library.list_videos(connection)

    def locate_video(self, video_id: VideoId) -> Path:
        """Return where the video is: relative to the project first, then where it was last seen.

        Raises:
            UserError: it is at neither place; it can be relinked.
        """
        with self._database.reading() as connection:
            video = library.video_record(connection, video_id)
        return library.find_video(video, project_path=self.path)

    def relink_video(
        self, video_id: VideoId, path: Path, fingerprint: str, *, force: bool = False
    ) -> None:
        """Note the new place of a video.

        Args:
            video_id: the video that was not found.
            path: where it is now.
            fingerprint: of the file at `path`.
            force: take it although its content differs.

        Raises:
            UserError: it is another video.
        """
        with self._database.writing() as connection:
            video = library.video_record(connection, video_id)
            if fingerprint != video.fingerprint and not force:
                raise UserError(
                    f"{path} is not the video {video.name} that was tracked: its content differs.",
                    "Choose the original file, or use this one all the same if it only was"
                    " converted.",
                )
            library.move_video(connection, video_id, path=path, project_path=self.path)

    def add_model(
        self,
        name: str,
        path: Path,
        arch: str,
        metadata: JsonObject,
        parent: ModelId | None = None,
    ) -> ModelId:
        """Add a model, or return the one with the same name and file."""
        with self._database.writing() as connection:
            return library.insert_model(
                connection, name=name, path=path, arch=arch, metadata=metadata, parent=parent
            )

    def models(self) -> list[ModelRecord]:
        """Return the models in the order in which they were added."""
        with self._database.reading() as connection:
            return library.list_models(connection)

    def start_run(
        self,
        video_id: VideoId,
        *,
        model_id: ModelId | None,
        tracker_settings: JsonObject,
        detector_settings: JsonObject,
        description: str,
    ) -> RunWriter:
        """Begin a run of its own layer, which becomes the active one of the video.

        Raises:
            UserError: the video is not in the project.
        """
        with self._database.writing() as connection:
            run_id = runs.insert_run(
                connection,
                video_id=video_id,
                model_id=model_id,
                tracker_settings=tracker_settings,
                detector_settings=detector_settings,
                description=description,
            )
        return self._new_writer(run_id, next_frame=0)

    def resume_run(self, run_id: RunId) -> RunWriter:
        """Go on with a run that was cancelled, failed or interrupted, at its `next_frame`.

        Raises:
            UserError: it is not there, or is going on at this moment.
        """
        with self._database.writing() as connection:
            next_frame = runs.run_record(connection, run_id).next_frame
            runs.take_over(connection, run_id)
        return self._new_writer(run_id, next_frame=next_frame)

    def runs(self, video_id: VideoId) -> list[RunRecord]:
        """Return the runs of a video, oldest first."""
        with self._database.reading() as connection:
            return runs.list_runs(connection, video_id)

    def run(self, run_id: RunId) -> RunRecord:
        """Return one run.

        Raises:
            UserError: it is not in the project.
        """
        with self._database.reading() as connection:
            return runs.run_record(connection, run_id)

    def active_run(self, video_id: VideoId) -> RunRecord | None:
        """Return the run whose layer is shown and edited, None while there is no run."""
        return next((run for run in self.runs(video_id) if run.is_active), None)

    def set_active_run(self, run_id: RunId) -> None:
        """Show and edit the layer of this run from now on.

        Raises:
            UserError: it is not in the project.
        """
        with self._database.writing() as connection:
            runs.activate_run(connection, run_id)

    def delete_run(self, run_id: RunId) -> Path:
        """Delete a run with its layer and its edits, for ever; return the backup made before.

        Raises:
            UserError: it is not there or going on, or the backup cannot be made.
        """
        with self._database.writing() as connection:
            runs.check_idle(connection, run_id)
        backup = backups.make_backup(self.path, reason="before-delete")
        with self._database.writing() as connection:
            connection.execute(delete(runs_table).where(runs_table.c.id == run_id))
            state.mark_changed(connection)
        return backup

    def detections(self, run_id: RunId, frame_index: int) -> StoredDetections:
        """Return the detections of one frame.

        Raises:
            UserError: the run has not come to that frame.
        """
        with self._database.reading() as connection:
            return detection_store.read_frame(connection, run_id=run_id, frame_index=frame_index)

    def iter_detections(self, run_id: RunId, *, first_frame: int = 0) -> Iterator[StoredDetections]:
        """Give the detections of all stored frames in order; nothing is locked in between."""
        while True:
            with self._database.reading() as connection:
                chunk = detection_store.read_chunk(
                    connection, run_id=run_id, first_frame=first_frame
                )
            if not chunk:
                return
            yield from chunk
            first_frame = chunk[-1].frame_index + 1

    def embedding(self, detection_id: DetectionId) -> FloatArray:
        """Return the embedding of a detection, (D,) float32, unit length.

        Raises:
            UserError: the detection is not in the project.
        """
        vector: FloatArray = self.embeddings([detection_id])[0]
        return vector

    def embeddings(self, detection_ids: Sequence[DetectionId]) -> FloatArray:
        """Return the embeddings of detections in the order asked for, (N, D) float32.

        Raises:
            UserError: a detection is not in the project.
        """
        with self._database.reading() as connection:
            return detection_store.read_embeddings(connection, detection_ids)

    def tracks(self, run_id: RunId) -> list[TrackSummary]:
        """Return the tracks of the layer of a run, by number."""
        with self._database.reading() as connection:
            return summaries.summaries(connection, run_id)

    def boxes_in_frame(self, run_id: RunId, frame_index: int) -> list[BoxRecord]:
        """Return the boxes of one frame, by number."""
        return self.boxes_in_range(run_id, frame_index, frame_index)

    def boxes_in_range(self, run_id: RunId, first: int, last: int) -> list[BoxRecord]:
        """Return the boxes of frames first..last (both included), by frame and number."""
        with self._database.reading() as connection:
            return layer.boxes_in_range(
                connection, run_id=run_id, first_frame=first, last_frame=last
            )

    def boxes_of_track(self, track_id: TrackId) -> list[BoxRecord]:
        """Return the boxes of one track in the order of frames, empty if it is not there."""
        with self._database.reading() as connection:
            return layer.boxes_of_track(connection, track_id)

    def box(self, box_id: BoxId) -> BoxRecord:
        """Return one box.

        Raises:
            UserError: it is not there any more.
        """
        with self._database.reading() as connection:
            return layer.box_record(connection, box_id)

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
        return Changes(
            title=changes.title,
            run_id=changes.run_id,
            tracks=changes.tracks,
            frames=changes.frames,
            box_count=changes.box_count,
            edit_id=None,
        )

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

    def edits(self) -> list[EditRecord]:
        """Return the history of edits, oldest first, also those undone or superseded."""
        with self._database.reading() as connection:
            return edit_log.list_edits(connection)

    def add_checkpoint(self, name: str) -> int:
        """Name this moment (Ctrl+S) and return the id of the checkpoint.

        Raises:
            UserError: the name is empty.
        """
        with self._database.writing() as connection:
            edit_id = edit_log.next_undo(connection)
            return library.insert_checkpoint(connection, name, edit_id=edit_id)

    def checkpoints(self) -> list[Checkpoint]:
        """Return the named moments, oldest first."""
        with self._database.reading() as connection:
            return library.list_checkpoints(connection)

    def digest(self) -> str:
        """Return one word for the exact state of all tracks and boxes."""
        with self._database.reading() as connection:
            return layer_digest(connection)

    def replay_digest(self) -> str:
        """Return the digest of the layer that the runs and the edit log alone produce."""
        return replay.replay_digest(self.path)

    def add_training_run(
        self,
        *,
        base_model_id: ModelId | None,
        model_id: ModelId | None,
        config: JsonObject,
        summary: JsonObject,
        status: str,
    ) -> int:
        """Note a training and return its id."""
        with self._database.writing() as connection:
            return library.insert_training_run(
                connection,
                base_model_id=base_model_id,
                model_id=model_id,
                config=config,
                summary=summary,
                status=status,
            )

    def training_runs(self) -> list[TrainingRunRecord]:
        """Return the trainings, oldest first."""
        with self._database.reading() as connection:
            return library.list_training_runs(connection)

    def save_suggestions(self, run_id: RunId, found: Iterable[Suggestion]) -> None:
        """Replace the open suggestions of a run; answered ones stay."""
        with self._database.writing() as connection:
            library.replace_suggestions(connection, run_id, found)

    def suggestions(self, run_id: RunId) -> list[Suggestion]:
        """Return the suggestions of a run, the most likely first."""
        with self._database.reading() as connection:
            return library.list_suggestions(connection, run_id)

    def answer_suggestion(self, suggestion_id: int, state_name: str) -> None:
        """Store a person's answer to a suggestion: accepted, rejected, unsure or open again."""
        with self._database.writing() as connection:
            library.answer_suggestion(connection, suggestion_id, state_name)

    def _new_writer(self, run_id: RunId, *, next_frame: int) -> RunWriter:
        writer = RunWriter(
            self._database, run_id=run_id, next_frame=next_frame, on_end=self._writers.remove
        )
        self._writers.append(writer)
        return writer


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
