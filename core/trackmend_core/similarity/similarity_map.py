"""Cosine similarity of one embedding with every place of a frame."""

import cv2
import numpy as np

from trackmend_core.similarity.embedding_map import STRIDE, EmbeddingMap
from trackmend_core.types import FloatArray


def similarity_map(query: FloatArray, embedding_map: EmbeddingMap) -> FloatArray:
    """Return the cosine of the query with every cell.

    Args:
        query: (D,) float32, any length but zero.
        embedding_map: features of the frame to search.

    Returns:
        (h, w) float32 in -1..1, stride-4 cells of the network input.

    Raises:
        ValueError: the query has another dimension than the map, or is zero or not finite.
    """
    features = embedding_map.features
    if query.shape != features.shape[:1]:
        raise ValueError(f"a query of {query.shape} does not fit a map of {len(features)} channels")
    length = float(np.linalg.norm(query))
    if not np.isfinite(length) or length == 0.0:
        raise ValueError("the query must be finite and not zero")
    unit = (query / length).astype(np.float32)
    # Not `@`: for a single row BLAS would wake its other threads, which on a busy machine takes
    # ten times as long as the sum itself; einsum stays in this one.
    cosines: FloatArray = np.einsum("d,dn->n", unit, features.reshape(len(features), -1))
    return cosines.clip(-1.0, 1.0).reshape(features.shape[1:])


def similarity_overlay_source(
    similarity: FloatArray, embedding_map: EmbeddingMap, *, longest_px: int | None = None
) -> FloatArray:
    """Enlarge a similarity map to the source frame, without the letterbox's border.

    Cell i covers [i, i + 1) of the stride-4 grid, whose middle lands where `Letterbox` maps it; a
    source pixel takes the bilinear mean of the four cells whose middles surround its own.

    Args:
        similarity: (h, w) float32 of the same map.
        embedding_map: where the similarity comes from.
        longest_px: a larger frame is sampled in so many pixels along its longer side: what is
            looked at needs no more, and takes a fraction of the time.

    Returns:
        (H, W) float32, source pixels, or that picture sampled more coarsely.
    """
    letterbox = embedding_map.letterbox
    width, height = letterbox.source_wh
    step = 1.0 if longest_px is None else max(1.0, max(width, height) / longest_px)
    sampled_wh = (max(1, round(width / step)), max(1, round(height / step)))
    middles = (
        np.array([[0.5, 0.5, 1.5, 1.5]]) * np.array([width, height] * 2) / np.array(sampled_wh * 2)
    )
    ((x0, y0, x1, y1),) = letterbox.source_to_input(middles, stride=STRIDE)
    to_cells = np.array([[x1 - x0, 0.0, x0 - 0.5], [0.0, y1 - y0, y0 - 0.5]])
    return np.asarray(
        cv2.warpAffine(
            similarity,
            to_cells,
            sampled_wh,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
