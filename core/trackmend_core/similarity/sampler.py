"""Where in the dense map an object's embedding is read: the choices of FairMOT's Table 1.

Every sampler reads the map of unit-length embeddings and gives unit-length embeddings. Boxes are
in cells of that map: cell i covers [i, i + 1), its value stands for its middle.
"""

from enum import StrEnum
from typing import Protocol

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import Float64Array, FloatArray, IntArray

EPSILON = 1e-12


class SamplerName(StrEnum):
    """How an embedding is read at a detection."""

    CENTRE = "centre"
    BILINEAR = "bilinear"
    ROI_ALIGN = "roi-align"
    POSITIVE_ANCHOR = "positive-anchor"
    TWO_STAGE = "two-stage"

    @classmethod
    def parse(cls, text: str) -> "SamplerName":
        """Return the sampler of that name.

        Raises:
            UserError: there is none.
        """
        try:
            return cls(text)
        except ValueError as error:
            raise UserError(
                f"There is no sampler called “{text}”.", f"Samplers: {', '.join(cls)}."
            ) from error


class MapSampler(Protocol):
    """Reads embeddings from a dense map."""

    def embeddings(self, features: FloatArray, boxes_xyxy: Float64Array) -> FloatArray:
        """Return one embedding per box.

        Args:
            features: (D, h, w) float32, unit length along D.
            boxes_xyxy: (N, 4), cells.

        Returns:
            (N, D) float32, unit length.
        """
        ...

    def everywhere(self, features: FloatArray, *, box_wh: tuple[float, float]) -> FloatArray:
        """Return what a box of one size would be given around the middle of every cell.

        Args:
            features: (D, h, w) float32, unit length along D.
            box_wh: width and height of the box, cells.

        Returns:
            (D, h, w) float32, unit length along D.
        """
        ...


def map_sampler(name: SamplerName) -> MapSampler:
    """Return the sampler of that name.

    Raises:
        ValueError: it needs more than a map of embeddings: the two-stage one reads the backbone.
    """
    from trackmend_core.similarity.positive_anchor import PositiveAnchorSampler
    from trackmend_core.similarity.roi_align import RoiAlignSampler

    if name is SamplerName.CENTRE:
        return CentreSampler()
    if name is SamplerName.BILINEAR:
        return BilinearSampler()
    if name is SamplerName.ROI_ALIGN:
        return RoiAlignSampler()
    if name is SamplerName.POSITIVE_ANCHOR:
        return PositiveAnchorSampler()
    raise ValueError(f"{name} does not read a map of embeddings")


def unit(vectors: FloatArray, *, axis: int) -> FloatArray:
    """Return vectors of length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=axis, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, EPSILON), np.float32)


def middles(boxes_xyxy: Float64Array) -> Float64Array:
    """Return (N, 2) x and y of the middles of (N, 4) boxes."""
    return (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2


def cells_at(points: Float64Array, *, map_hw: tuple[int, int]) -> tuple[IntArray, IntArray]:
    """Return rows and columns (N,) of the cells that hold (N, 2) points; clipped to the map."""
    last = np.array((map_hw[1] - 1, map_hw[0] - 1))
    columns, rows = np.clip(np.floor(points), 0, last).astype(np.int64).T
    return rows, columns


class CentreSampler:
    """The cell that holds the centre, without interpolation: FairMOT's own (section 3.3)."""

    def embeddings(self, features: FloatArray, boxes_xyxy: Float64Array) -> FloatArray:
        """Return one embedding per box; see `MapSampler`."""
        rows, columns = cells_at(middles(boxes_xyxy), map_hw=features.shape[1:])
        return unit(np.ascontiguousarray(features[:, rows, columns].T), axis=1)

    def everywhere(self, features: FloatArray, *, box_wh: tuple[float, float]) -> FloatArray:  # noqa: ARG002
        """Return the map itself: each cell is its own centre."""
        return features


class BilinearSampler:
    """The weighted mean of the four cells whose middles surround the centre ("Center-BI")."""

    def embeddings(self, features: FloatArray, boxes_xyxy: Float64Array) -> FloatArray:
        """Return one embedding per box; see `MapSampler`. Beyond the border the border counts."""
        last = np.array((features.shape[2] - 1, features.shape[1] - 1))
        places = np.clip(middles(boxes_xyxy) - 0.5, 0, last)
        low = np.minimum(np.floor(places).astype(np.int64), np.maximum(last - 1, 0))
        high = np.minimum(low + 1, last)
        share = (places - low).astype(np.float32)
        (left, top), (right, bottom), (x, y) = low.T, high.T, share.T
        mixed = (
            features[:, top, left] * (1 - y) * (1 - x)
            + features[:, top, right] * (1 - y) * x
            + features[:, bottom, left] * y * (1 - x)
            + features[:, bottom, right] * y * x
        )
        return unit(np.ascontiguousarray(mixed.T), axis=1)

    def everywhere(self, features: FloatArray, *, box_wh: tuple[float, float]) -> FloatArray:  # noqa: ARG002
        """Return the map itself: between the middle of a cell and itself is nothing to mix."""
        return features
