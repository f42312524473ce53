"""Drawn streets as training material: exact boxes, exact identities over time."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import FloatArray, IntArray
from trackmend_training.datasets.jde import IGNORED, IMAGES, LABELS, to_relative, write_labels
from trackmend_training.pictures import write_jpeg

FEWEST_WALKERS, MOST_WALKERS = 4, 11
MIN_VISIBILITY = 0.3
FRAMES_PER_SCENE = 5
IDENTITIES_PER_SCENE = 100


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnFrame:
    """Where one drawn frame was written and what is in it (see `StreetFrame`)."""

    path: Path
    boxes_xyxy: FloatArray
    identities: IntArray


def write_drawn_material(
    folder: Path,
    *,
    frame_count: int,
    seed: int,
    frame_step: int = 22,
    width: int = 640,
    height: int = 480,
) -> Iterator[DrawnFrame]:
    """Draw frames of many different scenes into a folder in JDE's format, one at a time.

    People of whom hardly anything is seen are marked as neither right nor wrong.

    Args:
        folder: receives `images`, `labels_with_ids` and `ignored`.
        frame_count: frames in all, a few of each scene.
        seed: of the scenes; those of another seed are other people in other streets.
        frame_step: frames of a scene between two that are kept.
        width: of the frames, pixels.
        height: of the frames, pixels.
    """
    random = np.random.default_rng((seed, zlib.crc32(b"drawn material")))
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)
    for scene in range((frame_count + FRAMES_PER_SCENE - 1) // FRAMES_PER_SCENE):
        settings = StreetSettings(
            width=width,
            height=height,
            frame_count=FRAMES_PER_SCENE * frame_step,
            walkers=int(random.integers(FEWEST_WALKERS, MOST_WALKERS + 1)),
            lookalikes=int(random.integers(0, 3)),
            seed=int(random.integers(1_000, 1_000_000)),
        )
        wanted = min(FRAMES_PER_SCENE, frame_count - scene * FRAMES_PER_SCENE)
        drawn = draw_street(settings, every=frame_step)
        for number, frame in enumerate(islice(drawn, wanted)):
            name = f"{scene:04d}_{number * frame_step:04d}"
            seen = frame.visibilities >= MIN_VISIBILITY
            relative = to_relative(frame.boxes_xyxy, image_wh=(width, height))
            identities = frame.identities + scene * IDENTITIES_PER_SCENE
            path = folder / IMAGES / f"{name}.jpg"
            write_jpeg(path, frame.image)
            label_path, ignored_path = (folder / kind / f"{name}.txt" for kind in (LABELS, IGNORED))
            write_labels(
                label_path, identities=identities[seen].tolist(), boxes_cxcywh=relative[seen]
            )
            hidden = relative[~seen]
            write_labels(ignored_path, identities=[-1] * len(hidden), boxes_cxcywh=hidden)
            yield DrawnFrame(
                path=path, boxes_xyxy=frame.boxes_xyxy[seen], identities=identities[seen]
            )
