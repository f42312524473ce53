"""Sources that are made when they are read: drawn streets, and the frames of a project."""

import json
import re
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.model.atomic_file import write_atomically
from trackmend_core.project import Project
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.corrected import corrected_runs, read_corrected_run
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.jde import IGNORED, IMAGES, LABELS, read_jde
from trackmend_training.datasets.raw import RawImage, RawSource

DRAWN_FILE = "drawn.json"
BEGUN_FILE = "drawing_has_begun"
"""Is in the folder until all is drawn, so that an interrupted drawing is known for ours."""
_DRAWN_NAME = re.compile(r"[0-9]{4}_[0-9]{4}\.(jpg|txt)")
FRAMES_AROUND_EDIT = 8


def read_street(source: SourceConfig) -> RawSource:
    """Draw streets into a folder, unless the same ones are there, and read them.

    Raises:
        UserError: the folder holds something else.
    """
    folder = Path(source.path)
    wanted = {"frames": source.frames, "seed": source.seed}
    mark = folder / DRAWN_FILE
    if mark.is_file():
        if json.loads(mark.read_text(encoding="utf-8")) != wanted:
            raise UserError(
                f"{folder} holds other drawn streets.", "Give another folder, or delete this one."
            )
        return read_jde(source)
    begun = folder / BEGUN_FILE
    if begun.is_file():
        _clear_drawn(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise UserError(
            f"{folder} is not empty; streets would be drawn into it.", "Give another folder."
        )
    write_atomically(begun, b"")
    for _ in write_drawn_material(folder, frame_count=source.frames, seed=source.seed):
        pass
    write_atomically(mark, json.dumps(wanted).encode())
    begun.unlink()
    return read_jde(source)


def _clear_drawn(folder: Path) -> None:
    """Take away what was drawn before the drawing was interrupted; by whatever settings it was."""
    for kind in (IMAGES, LABELS, IGNORED):
        for path in (folder / kind).glob("*"):
            if _DRAWN_NAME.fullmatch(path.name):
                path.unlink()


def read_project(source: SourceConfig) -> RawSource:
    """Read the tracks of `corrected_runs` as corrected; their frames are written out.

    Frames go to the source's `images`, else into a folder beside the project.

    Raises:
        UserError: the project cannot be opened, or there is nothing to learn from.
    """
    path = Path(source.path)
    folder = Path(source.images) if source.images else path.with_name(f"{path.stem}.frames")
    raw = RawSource()
    with Project.open(path) as project:
        for run_id in corrected_runs(project, tell=raw.notes.append):
            corrected = read_corrected_run(
                project,
                run_id,
                folder=folder / f"run{run_id}",
                max_frames=source.frames,
                frames_around_edit=FRAMES_AROUND_EDIT,
                held_out_share=0.0,
            )
            for image in corrected.images:
                raw.images.append(
                    RawImage(
                        path=image.path,
                        image_wh=read_image_size(image.path) or (0, 0),
                        boxes_xyxy=image.boxes_xyxy,
                        identities=np.asarray(image.identities, np.int64),
                        scope=f"run{run_id}",
                        sequence=f"run{run_id}",
                        ignored_xyxy=image.ignored_xyxy,
                    )
                )
    if not raw.images:
        raise UserError(
            f"{path.name} has nothing to learn from.", "Run the model on a video and correct it."
        )
    return raw
