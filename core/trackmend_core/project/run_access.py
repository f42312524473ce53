"""The part of `Project` that is about runs: started, resumed, listed, and what their model saw."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import delete

from trackmend_core.errors import UserError
from trackmend_core.project import backups, detection_store, runs, state
from trackmend_core.project.database import Database
from trackmend_core.project.detection_store import DetectionColumns
from trackmend_core.project.records import JsonObject, RunRecord, StoredDetections
from trackmend_core.project.run_writer import RunWriter
from trackmend_core.project.schema import runs as runs_table
from trackmend_core.types import DetectionId, FloatArray, ModelId, RunId, VideoId


class RunAccess:
    """Runs and their detections; see `Project`."""

    path: Path
    _database: Database
    _writers: list[RunWriter]

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
            UserError: it is not there or going on, the backup cannot be made, or somebody changed
                the run after it; nothing is deleted then.
        """
        with self._database.writing() as connection:
            runs.check_idle(connection, run_id)
            backed_up = runs.work_on_run(connection, run_id)
        backup = backups.make_backup(self.path, reason="before-delete")
        with self._database.writing() as connection:
            runs.check_idle(connection, run_id)
            if runs.work_on_run(connection, run_id) != backed_up:
                raise UserError(
                    "This run was changed in another window while it was backed up; it was not"
                    " deleted.",
                    "Look at what was changed; then delete the run once more.",
                )
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

    def iter_detection_columns(self, run_id: RunId) -> Iterator[DetectionColumns]:
        """Give the detections of all stored frames in order, many frames at a time, as columns."""
        first_frame = 0
        while True:
            with self._database.reading() as connection:
                columns = detection_store.read_columns(
                    connection, run_id=run_id, first_frame=first_frame
                )
            if columns is None:
                return
            yield columns
            first_frame = columns.last_frame + 1

    def tracked_detections(self, run_id: RunId) -> frozenset[DetectionId]:
        """Return the detections the tracker made boxes of, whatever edits made of those since."""
        with self._database.reading() as connection:
            return detection_store.tracked_ids(connection, run_id=run_id)

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

    def _new_writer(self, run_id: RunId, *, next_frame: int) -> RunWriter:
        writer = RunWriter(
            self._database, run_id=run_id, next_frame=next_frame, on_end=self._writers.remove
        )
        self._writers.append(writer)
        return writer
