"""Fits the colour signature of the bundled model; a minute on two cores, no network involved.

A linear discriminant: of people's colour histograms, the directions in which strangers differ most,
measured by how one person differs from herself. Oneself is seen on drawn streets, walking and
hidden in part, and in photos, where each person is shown several times: in another light, not quite
in the middle, behind somebody.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from scipy.linalg import eigh

from trackmend_core.errors import UserError
from trackmend_core.model.colours import (
    PATCH_WH,
    ColourSignature,
    colour_histograms,
    patch_histograms,
)
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import Float64Array, FloatArray, ImageArray, IntArray
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.jde import load_source

SHARE: Final = 0.5
"""Of the cosine. Chosen by tracking drawn streets: more helps telling apart, but hurts there."""

STREETS: Final = range(31, 39)
STREET_FRAMES, STREET_STEP = 120, 6
LEAST_VISIBLE: Final = 0.15
VIEWS: Final = 5
LEAST_HEIGHT, LEAST_WIDTH, LEAST_ASPECT = 60.0, 20.0, 1.5
"""Of a person in a photo, pixels; who sits or is cut off is wider."""
SHRINKAGE: Final = 0.1


def fit_colours(photos: Path, *, seed: int = 0) -> ColourSignature:
    """Return a fitted signature.

    Args:
        photos: folder of people in photos, such as `coco-person`.
        seed: of the views.

    Raises:
        UserError: the photos cannot be read, or show nobody.
    """
    histograms, owners = zip(
        *_walkers(), *_people(photos, np.random.default_rng(seed)), strict=True
    )
    mean, projection = discriminant(np.concatenate(histograms), np.concatenate(owners))
    signature = ColourSignature()
    for place, value in ((signature.mean, mean), (signature.projection, projection)):
        place.copy_(place.new_tensor(value))
    signature.share.fill_(SHARE)
    return signature


def discriminant(histograms: FloatArray, owners: IntArray) -> tuple[Float64Array, Float64Array]:
    """Return the mean, and the directions that tell people apart best, best first.

    Args:
        histograms: (N, HISTOGRAM_LENGTH).
        owners: (N,) whose.

    Returns:
        (HISTOGRAM_LENGTH,) and (HISTOGRAM_LENGTH, SIGNATURE_LENGTH): in these directions people
        differ from themselves by variance 1.
    """
    mean = histograms.mean(axis=0, dtype=np.float64)
    centred = histograms - mean
    _, places = np.unique(owners, return_inverse=True)
    totals = np.zeros((places.max() + 1, centred.shape[1]))
    np.add.at(totals, places, centred)
    own = totals / np.bincount(places)[:, None]
    within = centred - own[places]
    inner = within.T @ within / len(within)
    between = centred.T @ centred / len(centred) - inner
    # Bins that are hardly ever filled would count without end.
    inner += SHRINKAGE * np.trace(inner) / len(inner) * np.eye(len(inner))
    _, directions = eigh(between, inner)
    return mean, np.ascontiguousarray(directions[:, ::-1][:, :SIGNATURE_LENGTH])


def _walkers() -> Iterator[tuple[FloatArray, IntArray]]:
    """Yield histograms and owners for frames of drawn streets."""
    for seed in STREETS:
        settings = StreetSettings(frame_count=STREET_FRAMES, seed=seed, lookalikes=1)
        for frame in draw_street(settings, every=STREET_STEP):
            seen = np.asarray(frame.visibilities) >= LEAST_VISIBLE
            boxes = np.asarray(frame.boxes_xyxy, np.float64)[seen]
            owners = np.asarray(frame.identities, np.int64)[seen] + seed * 1000
            yield colour_histograms(frame.image, boxes), owners


def _people(photos: Path, rng: np.random.Generator) -> Iterator[tuple[FloatArray, IntArray]]:
    """Yield histograms and owners, below zero, for the people in photos.

    Raises:
        UserError: the photos cannot be read, or show nobody.
    """
    count = 0
    before: list[ImageArray] = []
    for labelled in load_source(SourceConfig(path=str(photos))):
        sides = labelled.boxes_xyxy[:, 2:] - labelled.boxes_xyxy[:, :2]
        standing = (sides >= (LEAST_WIDTH, LEAST_HEIGHT)).all(1)
        standing &= sides[:, 1] >= LEAST_ASPECT * sides[:, 0]
        image = labelled.read() if standing.any() else None
        for box in labelled.boxes_xyxy[standing]:
            assert image is not None
            count += 1
            views = np.stack([_view(image, box, before, rng) for _ in range(VIEWS)])
            yield patch_histograms(views), np.full(VIEWS, -count, np.int64)
    if not count:
        raise UserError(f"The photos in {photos} show nobody who stands.", "Give others.")


def _view(
    image: ImageArray, box: FloatArray, before: list[ImageArray], rng: np.random.Generator
) -> ImageArray:
    """Return a person in another light, not quite in the middle, at times behind somebody."""
    width, height = PATCH_WH
    x1, y1, x2, y2 = (box + rng.normal(0, 0.06, 4) * np.tile(box[2:] - box[:2], 2)).tolist()
    place = np.array((((x2 - x1) / width, 0.0, x1), (0.0, (y2 - y1) / height, y1)))
    patch = cv2.warpAffine(
        image,
        place,
        PATCH_WH,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    light = np.exp(rng.normal(0, 0.18) + rng.normal(0, 0.05, 3))
    lit = 255 * np.clip((patch / 255) ** np.exp(rng.normal(0, 0.12)) * light, 0, 1)
    seen: ImageArray = np.clip(lit + rng.normal(0, 3, patch.shape), 0, 255).astype(np.uint8)
    if before and rng.random() < 0.4:
        other, part = before[rng.integers(len(before))], int(rng.integers(4, round(0.45 * width)))
        if rng.random() < 0.5:
            seen[:, :part] = other[:, -part:]
        else:
            seen[:, -part:] = other[:, :part]
    if before and rng.random() < 0.2:
        other, row = before[rng.integers(len(before))], int(rng.integers(height // 2, height))
        seen[row:] = other[row:]
    before.append(seen)
    return seen
