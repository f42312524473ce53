"""The sample project: a drawn street whose truth is known, tracked by the bundled model; no Qt."""

from collections.abc import Generator, Iterator
from pathlib import Path

from trackmend_app.commands.loading import load_model, make_detector
from trackmend_app.commands.store import register_model, register_video
from trackmend_app.sample_place import sample_project, sample_truth
from trackmend_core.errors import UserError
from trackmend_core.jobs import recommended_settings, track_into_project
from trackmend_core.project import Project
from trackmend_core.synthetic import StreetSettings, write_ground_truth, write_street_video
from trackmend_core.types import Progress
from trackmend_core.video import open_video

STREET = StreetSettings()


def make_sample(
    folder: Path, *, street: StreetSettings | None = None, model: Path | None = None
) -> Generator[Progress, None, Path]:
    """Draw the street, track it, and return the project file, which appears when all is done.

    Args:
        folder: made if need be.
        street: what to draw, `STREET` if nothing else is wanted.
        model: a model file, the bundled one if none is named.

    Raises:
        UserError: the folder cannot be written, or there is no model.
    """
    model_path, loaded = load_model(model)
    _make_folder(folder)
    video = folder / "street.mp4"
    truth_file = sample_truth(folder)
    if not (video.exists() and truth_file.exists()):
        yield Progress(done=0, total=0, message="drawing the street")
        truth = write_street_video(video, street or STREET)
        write_ground_truth(truth_file, truth)
    scratch = folder / "unfinished.trackmend"
    scratch.unlink(missing_ok=True)
    with open_video(video) as source, Project.create(scratch) as project:
        detector = make_detector(loaded)
        yield from track_into_project(
            project=project,
            video_id=register_video(project, video, source),
            model_id=register_model(project, model_path, loaded),
            source=source,
            detector=detector,
            settings=recommended_settings(loaded.metadata, frame_rate=source.frame_rate),
            detector_settings={"backend": detector.description},
            description=f"{loaded.name}, {detector.description}",
        )
    scratch.replace(sample_project(folder))
    return sample_project(folder)


def remove_sample(folder: Path) -> None:
    """Delete the sample project and its video; other files in the folder stay.

    Raises:
        UserError: a file cannot be deleted.
    """
    try:
        for path in _files(folder):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{error.filename} cannot be deleted: {error.strerror}.", "Close it and try again."
        ) from error


def _files(folder: Path) -> Iterator[Path]:
    for name in ("sample.trackmend", "unfinished.trackmend"):
        yield from (folder / f"{name}{suffix}" for suffix in ("", "-wal", "-shm"))
    yield from (folder / name for name in ("street.mp4", "gt.txt"))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} cannot be made: {error.strerror or error}.",
            "Check the rights of your data folder.",
        ) from error
