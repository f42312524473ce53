"""ROI-Align (He et al. 2017, section 3) on dense maps, without torch.

Bilinear samples at regular places inside a box, averaged per bin. The weights of a sample are a
product of one along the rows and one along the columns, so a box is read by two small matrices.
Gives what `torchvision.ops.roi_align` gives with `aligned=True`.
"""

import numpy as np

from trackmend_core.similarity.sampler import CentreSampler, unit
from trackmend_core.types import Float64Array, FloatArray

BINS = 7
SAMPLES_PER_BIN = 2
"""Along each side; the usual choice of detectors."""


def roi_align(
    features: FloatArray,
    boxes_xyxy: Float64Array,
    *,
    bins: int = BINS,
    samples_per_bin: int = SAMPLES_PER_BIN,
) -> FloatArray:
    """Return what lies inside boxes, brought to one size.

    Args:
        features: (C, h, w) float32.
        boxes_xyxy: (N, 4), cells; cell i covers [i, i + 1).
        bins: of the result, along each side.
        samples_per_bin: along each side of a bin.

    Returns:
        (N, C, bins, bins) float32.
    """
    _, height, width = features.shape
    rows = _bin_weights(boxes_xyxy[:, 1::2], height, bins=bins, samples=samples_per_bin)
    columns = _bin_weights(boxes_xyxy[:, ::2], width, bins=bins, samples=samples_per_bin)
    found = np.empty((len(boxes_xyxy), len(features), bins, bins), np.float32)
    for number, (across, along) in enumerate(zip(rows, columns, strict=True)):
        found[number] = _weigh(features, across, along)
    return found


class RoiAlignSampler:
    """The mean of the embeddings inside the box, read by ROI-Align."""

    def embeddings(self, features: FloatArray, boxes_xyxy: Float64Array) -> FloatArray:
        """Return one embedding per box; a box outside of the map takes the nearest cell."""
        _, height, width = features.shape
        rows, columns = _mean_weights(boxes_xyxy, height=height, width=width)
        found = np.empty((len(boxes_xyxy), len(features)), np.float32)
        for number in range(len(boxes_xyxy)):
            mean = _weigh(features, rows[number : number + 1], columns[number : number + 1])
            found[number] = mean[:, 0, 0]
        outside = (rows.sum(1) == 0) | (columns.sum(1) == 0)
        if outside.any():
            found[outside] = CentreSampler().embeddings(features, boxes_xyxy[outside])
        return unit(found, axis=1)

    def everywhere(self, features: FloatArray, *, box_wh: tuple[float, float]) -> FloatArray:
        """Return the map averaged over a box around every cell; see `MapSampler`."""
        count, height, width = features.shape
        rows = _mean_along(np.arange(height, dtype=np.float64) + 0.5, box_wh[1], height)
        columns = _mean_along(np.arange(width, dtype=np.float64) + 0.5, box_wh[0], width)
        across = (features.reshape(-1, width) @ columns.T).reshape(count, height, width)
        along = rows @ across.transpose(1, 0, 2).reshape(height, -1)  # two products, not D each
        return unit(along.reshape(height, count, width).transpose(1, 0, 2), axis=0)


def _mean_along(centres: Float64Array, length: float, size: int) -> FloatArray:
    edges = np.stack((centres - length / 2, centres + length / 2), 1)
    weights = _bin_weights(edges, size, bins=BINS, samples=SAMPLES_PER_BIN)
    return np.asarray(weights.mean(1), np.float32)


def _mean_weights(
    boxes_xyxy: Float64Array, *, height: int, width: int
) -> tuple[FloatArray, FloatArray]:
    rows = _bin_weights(boxes_xyxy[:, 1::2], height, bins=BINS, samples=SAMPLES_PER_BIN)
    columns = _bin_weights(boxes_xyxy[:, ::2], width, bins=BINS, samples=SAMPLES_PER_BIN)
    return rows.mean(1), columns.mean(1)


def _bin_weights(edges: Float64Array, size: int, *, bins: int, samples: int) -> FloatArray:
    """Return how much each cell of an axis counts in each bin.

    Args:
        edges: (N, 2) low and high end of each box along the axis, cells.
        size: of the axis, cells.
        bins: per box.
        samples: per bin.

    Returns:
        (N, bins, size) float32; samples more than half a cell beyond the border count nothing.
    """
    steps = (np.arange(bins * samples) + 0.5) / (bins * samples)
    places = edges[:, :1] - 0.5 + steps * (edges[:, 1:] - edges[:, :1])
    inside = ((places >= -1) & (places <= size)).astype(np.float32)
    places = np.clip(places, 0, size - 1)
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, size - 1)
    share = (places - low).astype(np.float32)
    weights = np.zeros((*places.shape, size), np.float32)
    boxes, points = np.indices(places.shape)
    np.add.at(weights, (boxes, points, low), (1 - share) * inside)
    np.add.at(weights, (boxes, points, high), share * inside)
    return np.asarray(weights.reshape(len(edges), bins, samples, size).mean(2), np.float32)


def _weigh(features: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return (C, R, K) from a (C, h, w) map, (R, h) and (K, w), reading only where weights are."""
    used_rows, used_columns = _used(rows), _used(columns)
    part = features[:, used_rows, used_columns]
    return np.asarray(rows[:, used_rows] @ part @ columns[:, used_columns].T)


def _used(weights: FloatArray) -> slice:
    found = np.flatnonzero(weights.any(0))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 1)
