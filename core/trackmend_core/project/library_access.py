"""The part of `Project` that lists things: videos, models, trainings, suggestions, small values."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trackmend_core.errors import UserError
from trackmend_core.project import edit_log, library, state
from trackmend_core.project.database import Database
from trackmend_core.project.records import (
    Checkpoint,
    JsonObject,
    ModelRecord,
    Suggestion,
    TrainingRunRecord,
    VideoInfo,
    VideoRecord,
)
from trackmend_core.types import ModelId, RunId, VideoId


class LibraryAccess:
    """Videos, models, trainings, suggestions, checkpoints, small values; see `Project`."""

    path: Path
    _database: Database

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

    def set_training_model(self, training_run_id: int, model_id: ModelId) -> None:
        """Note which model a training gave, where that was added after the training was noted."""
        with self._database.writing() as connection:
            library.set_training_model(connection, training_run_id, model_id)

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
