"""Projects on the command line: opened or made, with the videos and models they need."""

import hashlib
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError
from trackmend_core.project import Project, VideoInfo
from trackmend_core.types import ModelId, VideoId
from trackmend_core.video import VideoSource, fingerprint

if TYPE_CHECKING:
    from trackmend_core.model import LoadedModel


def open_project(path: Path, *, create: bool = False) -> Project:
    """Open a project file; make it if it is not there and `create` is set.

    Raises:
        UserError: it is missing, no project, or cannot be made under this name.
    """
    path = path.expanduser().absolute()
    if path.exists():
        return Project.open(path)
    if not create:
        raise UserError(f"There is no project {path}.", "Check the path.")
    if path.suffix.lower() != PROJECT_SUFFIX:
        raise UserError(
            f"A project file ends in {PROJECT_SUFFIX}, not {path.suffix or 'nothing'!r}.",
            f"Say {path.stem}{PROJECT_SUFFIX}.",
        )
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}.", "Make it first.")
    return Project.create(path)


def register_video(project: Project, path: Path, source: VideoSource) -> VideoId:
    """Return the video's row in the project, made if its content is not there yet."""
    content = fingerprint(path)
    for video in project.videos():
        if video.fingerprint == content:
            return video.video_id
    return project.add_video(
        VideoInfo(
            path=path.absolute(),
            fingerprint=content,
            frame_count=source.frame_count,
            frame_rate=source.frame_rate,
            width=source.width,
            height=source.height,
        )
    )


def register_model(project: Project, path: Path, model: "LoadedModel") -> ModelId:
    """Return the model's row in the project, made if its file is not there yet."""
    for known in project.models():
        if known.path == path:
            return known.model_id
    metadata = {**model.metadata, "reid_dim": str(model.reid_dim)}
    return project.add_model(model.name, path, model.arch, metadata=metadata)


def models_folder(project_path: Path) -> Path:
    """Return the folder beside a project where its own models are kept."""
    return project_path.with_name(f"{project_path.stem}.models")


def add_finetuned_model(project: Project, checkpoint: Path) -> str:
    """Put a freshly trained checkpoint into the project and return the name it got.

    Its parent is the model whose file it says it was made of.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        with safe_open(checkpoint, framework="numpy") as file:
            metadata: dict[str, str] = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise UserError(
            f"The new model {checkpoint} cannot be read.", "Train once more."
        ) from error
    taken = {model.name for model in project.models()}
    names = (f"{project.path.stem} {number}" for number in count(1))
    name = next(name for name in names if name not in taken)
    project.add_model(
        name,
        checkpoint.absolute(),
        metadata.get("arch", ""),
        metadata=metadata,
        parent=_model_with_digest(project, metadata.get("parent_sha256")),
    )
    return name


def _model_with_digest(project: Project, digest: str | None) -> ModelId | None:
    """Return the project's model whose file has a SHA-256, None if it has none of that."""
    for model in project.models():
        try:
            with model.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue  # a model that is gone can be nobody's parent any more
        if found == digest:
            return model.model_id
    return None
