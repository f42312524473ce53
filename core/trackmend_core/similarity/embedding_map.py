"""The dense re-ID features of one frame, and reading one at a place of the source frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trackmend_core.geometry import Letterbox
from trackmend_core.similarity.sampler import MapSampler, cells_at, middles
from trackmend_core.types import Float64Array, FloatArray, IntArray

STRIDE = 4
"""Input pixels per cell."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingMap:
    """One embedding per stride-4 cell of the network input.

    Attributes:
        features: (D, h, w) float32, unit length along D.
        letterbox: how the source frame sits in the network input.

    Raises:
        ValueError: the map's size is not that of the letterbox at stride 4.
    """

    features: FloatArray
    letterbox: Letterbox

    def __post_init__(self) -> None:
        width, height = self.letterbox.input_wh
        if self.features.ndim != 3 or self.features.shape[1:] != (
            height // STRIDE,
            width // STRIDE,
        ):
            raise ValueError(f"{self.features.shape} is no map for an input of {width}x{height}")

    @property
    def nbytes(self) -> int:
        """Return the memory that the features take."""
        return self.features.nbytes

    def at_box(self, box_xyxy: ArrayLike) -> FloatArray:
        """Return the (D,) embedding at the centre of a box in source pixels.

        Takes the cell that holds the centre, without interpolation, as FairMOT does (section 3.3).
        """
        embedding: FloatArray = self.at_boxes(np.asarray(box_xyxy, np.float64).reshape(1, 4))[0]
        return embedding

    def at_point(self, x: float, y: float) -> FloatArray:
        """Return the (D,) embedding at a place in source pixels; outside, of the nearest cell."""
        return self.at_box((x, y, x, y))

    def at_boxes(self, boxes_xyxy: ArrayLike) -> FloatArray:
        """Return the (N, D) embeddings at the centres of (N, 4) boxes in source pixels."""
        rows, columns = self.cells_of(boxes_xyxy)
        return np.ascontiguousarray(self.features[:, rows, columns].T)

    def read(self, boxes_xyxy: ArrayLike, sampler: MapSampler) -> FloatArray:
        """Return the (N, D) embeddings that a sampler reads for (N, 4) boxes in source pixels.

        Raises:
            ValueError: a coordinate is not finite.
        """
        return sampler.embeddings(self.features, self._in_cells(boxes_xyxy))

    def resampled(self, sampler: MapSampler, *, box_wh: tuple[float, float]) -> "EmbeddingMap":
        """Return the map of what a sampler reads for a box of one size around every cell.

        Args:
            sampler: which one.
            box_wh: width and height of the box, source pixels.
        """
        ((x1, y1, x2, y2),) = self._in_cells((0.0, 0.0, *box_wh))
        features = sampler.everywhere(self.features, box_wh=(float(x2 - x1), float(y2 - y1)))
        return EmbeddingMap(np.ascontiguousarray(features), self.letterbox)

    def cells_of(self, boxes_xyxy: ArrayLike) -> tuple[IntArray, IntArray]:
        """Return rows and columns (N,) of the cells that hold the centres; clipped to the map.

        Raises:
            ValueError: a coordinate is not finite.
        """
        height, width = self.features.shape[1:]
        return cells_at(middles(self._in_cells(boxes_xyxy)), map_hw=(height, width))

    def _in_cells(self, boxes_xyxy: ArrayLike) -> Float64Array:
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        if not np.isfinite(boxes).all():
            raise ValueError("boxes must be finite")
        return self.letterbox.source_to_input(boxes, stride=STRIDE)
