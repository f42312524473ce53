"""The videos, models, training runs, suggestions and named checkpoints that a project knows."""

import os
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.database import new_id
from trackmend_core.project.file_header import is_there
from trackmend_core.project.records import (
    Checkpoint,
    JsonObject,
    ModelRecord,
    Suggestion,
    TrainingRunRecord,
    VideoInfo,
    VideoRecord,
)
from trackmend_core.project.schema import (
    checkpoints,
    models,
    suggestions,
    training_runs,
    videos,
)
from trackmend_core.types import EditId, ModelId, RunId, VideoId


def insert_video(connection: Connection, info: VideoInfo, *, project_path: Path) -> VideoId:
    """Add a video; one that is already there keeps its row and gets its new place.

    Raises:
        UserError: the video has no frame.
    """
    if info.frame_count < 1 or info.width < 1 or info.height < 1:
        raise UserError(f"{info.path} has no frame that can be read.", "Choose another video.")
    known = connection.execute(
        select(videos.c.id).where(videos.c.fingerprint == info.fingerprint)
    ).scalar()
    place = _place(info.path, project_path)
    if known is not None:
        connection.execute(update(videos).where(videos.c.id == known).values(**place))
        return VideoId(known)
    inserted = connection.execute(
        insert(videos).values(
            fingerprint=info.fingerprint,
            frame_count=info.frame_count,
            frame_rate=info.frame_rate,
            width=info.width,
            height=info.height,
            added_at=time.time(),
            **place,
        )
    )
    return VideoId(new_id(inserted))


def list_videos(connection: Connection) -> list[VideoRecord]:
    """Return the videos in the order in which they were added."""
    return [_video(row) for row in connection.execute(select(videos).order_by(videos.c.id))]


def video_record(connection: Connection, video_id: VideoId) -> VideoRecord:
    """Return one video.

    Raises:
        UserError: it is not in the project.
    """
    row = connection.execute(select(videos).where(videos.c.id == video_id)).one_or_none()
    if row is None:
        raise UserError("This video is not in the project.", "Add it first.")
    return _video(row)


def find_video(video: VideoRecord, *, project_path: Path) -> Path:
    """Return where the video is: relative to the project first, then where it was last seen.

    Raises:
        UserError: it is at neither place.
    """
    if video.relative_path is not None:
        beside = Path(os.path.normpath(project_path.parent / video.relative_path))
        if is_there(beside):
            return beside
    if is_there(video.path):
        return video.path
    raise UserError(
        f"The video {video.name} is not at {video.path} any more.",
        "Find it with “Locate video”; your tracks and edits are all here.",
    )


def move_video(
    connection: Connection, video_id: VideoId, *, path: Path, project_path: Path
) -> None:
    """Note the new place of a video."""
    connection.execute(
        update(videos).where(videos.c.id == video_id).values(**_place(path, project_path))
    )


def insert_model(
    connection: Connection,
    *,
    name: str,
    path: Path,
    arch: str,
    metadata: JsonObject,
    parent: ModelId | None,
) -> ModelId:
    """Add a model, or return the one that has the same name and file already."""
    stored = _storable(path.absolute())
    known = connection.execute(
        select(models.c.id).where(models.c.name == name, models.c.path == stored)
    ).scalar()
    if known is not None:
        return ModelId(known)
    inserted = connection.execute(
        insert(models).values(
            name=name,
            path=stored,
            arch=arch,
            metadata=dict(metadata),
            parent_id=parent,
            added_at=time.time(),
        )
    )
    return ModelId(new_id(inserted))


def list_models(connection: Connection) -> list[ModelRecord]:
    """Return the models in the order in which they were added."""
    return [
        ModelRecord(
            model_id=ModelId(row.id),
            name=row.name,
            path=Path(row.path),
            arch=row.arch,
            metadata=row.metadata,
            parent_id=_model_id(row.parent_id),
            added_at=row.added_at,
        )
        for row in connection.execute(select(models).order_by(models.c.id))
    ]


def insert_training_run(
    connection: Connection,
    *,
    base_model_id: ModelId | None,
    model_id: ModelId | None,
    config: JsonObject,
    summary: JsonObject,
    status: str,
) -> int:
    """Add a training."""
    inserted = connection.execute(
        insert(training_runs).values(
            base_model_id=base_model_id,
            model_id=model_id,
            config=dict(config),
            summary=dict(summary),
            status=status,
            created_at=time.time(),
        )
    )
    return new_id(inserted)


def set_training_model(connection: Connection, training_run_id: int, model_id: ModelId) -> None:
    """Note which model a training gave, where that was added later."""
    connection.execute(
        update(training_runs).where(training_runs.c.id == training_run_id).values(model_id=model_id)
    )


def list_training_runs(connection: Connection) -> list[TrainingRunRecord]:
    """Return the trainings, oldest first."""
    return [
        TrainingRunRecord(
            training_run_id=row.id,
            base_model_id=_model_id(row.base_model_id),
            model_id=_model_id(row.model_id),
            config=row.config,
            summary=row.summary,
            status=row.status,
            created_at=row.created_at,
        )
        for row in connection.execute(select(training_runs).order_by(training_runs.c.id))
    ]


def replace_suggestions(connection: Connection, run_id: RunId, found: Iterable[Suggestion]) -> None:
    """Put new open suggestions in the place of the old open ones; answered ones stay."""
    connection.execute(
        delete(suggestions).where(suggestions.c.run_id == run_id, suggestions.c.state == "open")
    )
    rows = [
        {
            "run_id": run_id,
            "kind": one.kind,
            "first_frame": one.first_frame,
            "last_frame": one.last_frame,
            "score": one.score,
            "reason": one.reason,
            "evidence": dict(one.evidence),
            "state": one.state,
            "created_at": time.time(),
        }
        for one in found
    ]
    if rows:
        connection.execute(insert(suggestions), rows)


def list_suggestions(connection: Connection, run_id: RunId) -> list[Suggestion]:
    """Return the suggestions of a run, the most likely first."""
    rows = connection.execute(
        select(suggestions)
        .where(suggestions.c.run_id == run_id)
        .order_by(suggestions.c.score.desc(), suggestions.c.id)
    )
    return [
        Suggestion(
            suggestion_id=row.id,
            kind=row.kind,
            first_frame=row.first_frame,
            last_frame=row.last_frame,
            score=row.score,
            reason=row.reason,
            evidence=row.evidence,
            state=row.state,
        )
        for row in rows
    ]


def answer_suggestion(connection: Connection, suggestion_id: int, state: str) -> None:
    """Store a person's answer."""
    connection.execute(
        update(suggestions).where(suggestions.c.id == suggestion_id).values(state=state)
    )


def insert_checkpoint(connection: Connection, name: str, *, edit_id: EditId | None) -> int:
    """Name this moment.

    Raises:
        UserError: the name is empty.
    """
    if not name.strip():
        raise UserError("A checkpoint needs a name.", "Say what has been reached.")
    inserted = connection.execute(
        insert(checkpoints).values(name=name.strip(), edit_id=edit_id or 0, created_at=time.time())
    )
    return new_id(inserted)


def list_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Return the named moments, oldest first."""
    return [
        Checkpoint(
            checkpoint_id=row.id,
            name=row.name,
            edit_id=EditId(row.edit_id) if row.edit_id else None,
            created_at=row.created_at,
        )
        for row in connection.execute(select(checkpoints).order_by(checkpoints.c.id))
    ]


def _place(path: Path, project_path: Path) -> dict[str, str | None]:
    """Return both paths of a video; on another Windows drive there is no relative one."""
    absolute = path.absolute()
    stored = _storable(absolute)
    try:
        relative = os.path.relpath(absolute, project_path.absolute().parent)
    except ValueError:
        return {"absolute_path": stored, "relative_path": None}
    return {"absolute_path": stored, "relative_path": _storable(Path(relative), posix=True)}


def _storable(path: Path, *, posix: bool = False) -> str:
    """Return a path as text.

    Raises:
        UserError: a name in it is no text; Linux allows any bytes there, a database does not.
    """
    text = path.as_posix() if posix else str(path)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        said = text.encode("utf-8", "replace").decode()
        raise UserError(
            f"The name of {said} holds bytes that are no letters.",
            "Give the file or its folder another name, then open it again.",
        ) from error
    return text


def _video(row: Row[Any]) -> VideoRecord:
    path = Path(row.absolute_path)
    # PureWindowsPath splits at both kinds of slash, wherever the project came from.
    relative = row.relative_path
    return VideoRecord(
        video_id=VideoId(row.id),
        name=PureWindowsPath(row.absolute_path).name,
        path=path,
        relative_path=None if relative is None else Path(PurePosixPath(relative)),
        fingerprint=row.fingerprint,
        frame_count=row.frame_count,
        frame_rate=row.frame_rate,
        width=row.width,
        height=row.height,
    )


def _model_id(value: int | None) -> ModelId | None:
    return None if value is None else ModelId(value)
