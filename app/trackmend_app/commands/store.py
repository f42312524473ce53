"""Projects on the command line: opened or made, with the videos and models they need."""

from pathlib import Path

from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError
from trackmend_core.model import LoadedModel
from trackmend_core.project import Project, VideoInfo
from trackmend_core.types import ModelId, VideoId
from trackmend_core.video import VideoSource, fingerprint


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


def register_model(project: Project, path: Path, model: LoadedModel) -> ModelId:
    """Return the model's row in the project, made if its file is not there yet."""
    for known in project.models():
        if known.path == path:
            return known.model_id
    metadata = {**model.metadata, "reid_dim": str(model.reid_dim)}
    return project.add_model(model.name, path, model.arch, metadata=metadata)
