"""MOTChallenge folders as training material: 2015, 2016 and 2017 with marks and classes, 2020.

Differs from the official conversion: rows may come in any order, as an identity is the sequence and
its number, and distractors and unmarked people are neither right nor wrong instead of background.
"""

import re
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.evaluation.rules import DISTRACTORS, PEDESTRIAN
from trackmend_core.exchange import read_mot
from trackmend_core.jobs.sequence_truth import GROUND_TRUTH
from trackmend_core.types import IntArray, MotTable
from trackmend_core.video.images import frame_numbers, list_images
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.raw import RawImage, RawSource

DETECTORS = ("SDP", "FRCNN", "DPM")
"""MOT17 has every sequence three times, for three detectors; the first that is there is taken."""
_VERSION = re.compile(rf"^(.*)-({'|'.join(DETECTORS)})$")


def is_motchallenge(folder: Path) -> bool:
    """Return whether a folder is a sequence with ground truth, or holds such."""
    return bool(sequences_in(folder))


def sequences_in(folder: Path) -> list[Path]:
    """Return the sequences with ground truth, each once."""
    if (folder / GROUND_TRUTH).is_file():
        return [folder]
    if not folder.is_dir():
        return []
    chosen: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not (path / GROUND_TRUTH).is_file():
            continue
        version = _VERSION.match(path.name)
        name = version.group(1) if version else path.name
        before = chosen.get(name)
        if before is None or _rank(path) < _rank(before):
            chosen[name] = path
    return list(chosen.values())


def recording_of(folder: Path) -> str:
    """Return what is the same for two sequences of the same frames, as MOT17 has each three times.

    They may lie in different folders.
    """
    version = _VERSION.match(folder.resolve().name)
    return version.group(1) if version else str(folder.resolve())


def read_motchallenge(source: SourceConfig) -> RawSource:
    """Read a sequence, or every sequence in a folder.

    Raises:
        UserError: there is no sequence with ground truth, or its text is damaged.
    """
    sequences = sequences_in(Path(source.path))
    if not sequences:
        raise UserError(
            f"There is no MOTChallenge sequence with ground truth in {source.path}.",
            "A sequence has its boxes in gt/gt.txt and its images in img1.",
        )
    raw = RawSource()
    for folder in sequences:
        _read_sequence(folder, raw)
    return raw


def _read_sequence(folder: Path, raw: RawSource) -> None:
    table = read_mot(folder / GROUND_TRUTH, is_ground_truth=True)
    paths = _images_by_frame(folder)
    order = np.argsort(table.frames, kind="stable")
    numbers, starts = np.unique(table.frames[order], return_index=True)
    rows = dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=bool(len(numbers))))
    for frame, path in paths.items():
        image_wh = read_image_size(path)
        if image_wh is None:
            raw.missing.append(path)
            continue
        raw.images.append(
            _label(path, table.select(rows.get(frame, np.zeros(0, np.int64))), image_wh, folder)
        )
    without = sum(len(where) for frame, where in rows.items() if frame not in paths)
    if without:
        raw.notes.append(f"{folder.name}: {without} boxes are of frames without an image.")


def _label(path: Path, table: MotTable, image_wh: tuple[int, int], folder: Path) -> RawImage:
    person = table.classes == PEDESTRIAN
    counts = person & (table.scores != 0)
    doubtful = (person & ~counts) | np.isin(table.classes, DISTRACTORS)
    corners = np.concatenate(
        [table.boxes_xywh[:, :2], table.boxes_xywh[:, :2] + table.boxes_xywh[:, 2:]], axis=1
    ).astype(np.float32)
    identities: IntArray = table.ids[counts]
    return RawImage(
        path=path,
        image_wh=image_wh,
        boxes_xyxy=corners[counts],
        identities=identities,
        scope=str(folder),
        sequence=str(folder),
        ignored_xyxy=corners[doubtful],
    )


def _images_by_frame(folder: Path) -> dict[int, Path]:
    """Return the images by frame number: the one in their name, else their place in the order."""
    paths = list_images(folder)
    return dict(zip(frame_numbers(paths), paths, strict=True))


def _rank(folder: Path) -> int:
    version = _VERSION.match(folder.name)
    return DETECTORS.index(version.group(2)) if version else len(DETECTORS)
