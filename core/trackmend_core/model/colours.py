"""The colour signature: how the clothes in a box are coloured, from head to foot.

Small networks that learnt from little material tell strangers in differently coloured clothes apart
less well than a histogram does. So a model may carry one beside its learnt embedding: soft
histograms of lightness and of both colour axes in stripes of the box, without what people in front
of it show, brought by a linear discriminant, fitted once, to a few numbers in which one person in
another light stays near. It is a child of the network, so it is saved, copied and averaged with it,
but has nothing to learn.
"""

from collections.abc import Mapping

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from trackmend_core.model.covered import shown_of_own
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.types import BoolArray, Float64Array, FloatArray, ImageArray

COLOUR_SHARE = "colour_share"
"""Of a model's texts: the share, where it was fitted anew; else it is what the signature holds."""

COLOURS = "colours"
"""Name among the network's children, and of its entries in a state dict."""

STRIPES = 6
PATCH_WH = (24, 48)
LIGHTNESS_BINS, COLOUR_BINS = 10, 14
COLOUR_RANGE = (88.0, 168.0)
"""Both colour axes of 8-bit CIE L*a*b*; 128 is grey, and clothes seldom lie outside."""
HISTOGRAM_LENGTH = STRIPES * (LIGHTNESS_BINS + 2 * COLOUR_BINS)

_MIDDLE_SIGMA = 0.45
"""Of the weight across the box, in half widths: at its sides stands the street."""
_COVERED_WEIGHT = 0.02
"""Of what somebody nearer covers: so little that it tells only where nothing else does."""
_COARSE = 4
_LEVELS = 256 // _COARSE
_FARTHEST = 1e5
_LEAST_STEP = 1e-3
_CHUNK = 128


NOBODY = np.zeros((0, 4))


class ColourSignature(nn.Module):
    """What makes numbers for comparison of histograms.

    Attributes:
        mean: (HISTOGRAM_LENGTH,) of people's histograms.
        projection: (HISTOGRAM_LENGTH, SIGNATURE_LENGTH).
        share: () of the cosine between two people that their colours have, 0..1.
    """

    mean: Tensor
    projection: Tensor
    share: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(HISTOGRAM_LENGTH))
        self.register_buffer("projection", torch.zeros(HISTOGRAM_LENGTH, SIGNATURE_LENGTH))
        self.register_buffer("share", torch.zeros(()))


class ColourReader:
    """Reads signatures, on the CPU; threads may share one.

    Args:
        signature: of a network.
        share: another one than the signature's, 0..1.
    """

    def __init__(self, signature: ColourSignature, *, share: float | None = None) -> None:
        self._mean = signature.mean.detach().cpu().double().numpy().astype(np.float32)
        self._projection = signature.projection.detach().cpu().float().numpy()
        self.share = min(max(float(signature.share) if share is None else share, 0.0), 1.0)
        self._scales = _scales(self.share)

    def beside(
        self,
        embeddings: FloatArray,
        image_bgr: ImageArray,
        boxes_xyxy: Float64Array,
        *,
        standing_xyxy: Float64Array = NOBODY,
    ) -> FloatArray:
        """Return learnt embeddings with the colours beside them.

        The cosine of two results is that of the embeddings and that of the signatures, by the
        model's share.

        Args:
            embeddings: (N, D), unit length.
            image_bgr: (H, W, 3) uint8.
            boxes_xyxy: (N, 4), pixels of the image.
            standing_xyxy: (M, 4) of everybody who may stand in front of them.

        Returns:
            (N, D + SIGNATURE_LENGTH) float32, unit length.
        """
        learnt, coloured = self._scales
        signatures = self.read(image_bgr, boxes_xyxy, standing_xyxy=standing_xyxy)
        return np.concatenate(
            (learnt * embeddings, coloured * signatures), axis=1, dtype=np.float32
        )

    def read(
        self,
        image_bgr: ImageArray,
        boxes_xyxy: Float64Array,
        *,
        standing_xyxy: Float64Array = NOBODY,
    ) -> FloatArray:
        """Return (N, SIGNATURE_LENGTH) float32, unit length; arguments as in `beside`."""
        histograms = colour_histograms(image_bgr, boxes_xyxy, standing_xyxy=standing_xyxy)
        found = (histograms - self._mean) @ self._projection
        lengths = np.sqrt(np.vecdot(found, found))[:, None]
        unit: FloatArray = np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0)
        return unit


def add_colour_signature(network: nn.Module) -> ColourSignature:
    """Give a network of ours an empty colour signature."""
    signature = ColourSignature()
    network.add_module(COLOURS, signature)
    return signature


def colour_signature(network: nn.Module) -> ColourSignature | None:
    """Return the network's colour signature, None if it has none."""
    signature = getattr(network, COLOURS, None)
    return signature if isinstance(signature, ColourSignature) else None


def colour_reader(network: nn.Module, metadata: Mapping[str, str]) -> ColourReader | None:
    """Return what reads a model's colours, None if it has none.

    Args:
        network: of the model.
        metadata: its texts; a share in them goes before the signature's own.
    """
    signature = colour_signature(network)
    if signature is None:
        return None
    try:
        share = float(metadata[COLOUR_SHARE])
    except (KeyError, ValueError):
        share = None
    return ColourReader(signature, share=share if share is not None and 0 <= share <= 1 else None)


def with_share(embeddings: FloatArray, *, old: float, new: float) -> FloatArray:
    """Return embeddings with another share of the colours in their cosine.

    Args:
        embeddings: (N, D + SIGNATURE_LENGTH), as a reader gave them.
        old: share that they were made with, above 0 and below 1.
        new: the wanted one, 0..1.
    """
    learnt, coloured = np.array(_scales(new)) / np.array(_scales(old))
    length = embeddings.shape[1] - SIGNATURE_LENGTH
    scales = np.full(embeddings.shape[1], coloured, np.float32)
    scales[:length] = learnt
    return embeddings * scales


def colour_histograms(
    image_bgr: ImageArray, boxes_xyxy: Float64Array, *, standing_xyxy: Float64Array = NOBODY
) -> FloatArray:
    """Return the histograms that signatures are made of.

    Args:
        image_bgr: (H, W, 3) uint8.
        boxes_xyxy: (N, 4), pixels of the image; what lies outside looks like its edge.
        standing_xyxy: (M, 4) of everybody who may stand in front of them, see `shown_of_own`.

    Returns:
        (N, HISTOGRAM_LENGTH) float32, roots of shares, unit length.
    """
    parts = [np.zeros((0, HISTOGRAM_LENGTH), np.float32)]
    for start in range(0, len(boxes_xyxy), _CHUNK):
        some = boxes_xyxy[start : start + _CHUNK]
        shown = shown_of_own(some, standing_xyxy, patch_wh=PATCH_WH)
        parts.append(patch_histograms(_patches(image_bgr, some), shown))
    return np.concatenate(parts)


def patch_histograms(patches_bgr: ImageArray, shown: BoolArray | None = None) -> FloatArray:
    """Return the histograms of pictures of people; see `colour_histograms`.

    Args:
        patches_bgr: (N, 48, 24, 3) uint8.
        shown: (N, 48, 24) where they show whom they are of; None for everywhere.
    """
    count = len(patches_bgr)
    width, height = PATCH_WH
    lab = cv2.cvtColor(patches_bgr.reshape(count * height, width, 3), cv2.COLOR_BGR2LAB)
    levels = lab.astype(np.int32) // _COARSE
    levels += (np.arange(count * height, dtype=np.int32) * _LEVELS)[:, None, None]
    weights = np.broadcast_to(_ACROSS, (count, height, width))
    if shown is not None:
        weights = np.where(shown, weights, _COVERED_WEIGHT * weights)
    weights = weights.ravel()
    parts = []
    for channel, bins in enumerate(_BINS):
        counted = np.bincount(
            levels[..., channel].ravel(), weights=weights, minlength=count * height * _LEVELS
        )
        rows = counted.reshape(count, height, _LEVELS).astype(np.float32) @ bins
        stripes = _DOWN.T @ rows
        parts.append(stripes / stripes.sum(axis=2, keepdims=True))
    roots: FloatArray = np.sqrt(np.concatenate(parts, axis=2).reshape(count, -1))
    roots /= np.sqrt(np.vecdot(roots, roots))[:, None]
    return roots


def _scales(share: float) -> tuple[float, float]:
    return float(np.sqrt(1 - share)), float(np.sqrt(share))


def _patches(image_bgr: ImageArray, boxes_xyxy: Float64Array) -> ImageArray:
    """Return (N, 48, 24, 3): the boxes, all brought to one size."""
    width, height = PATCH_WH
    patches = np.empty((len(boxes_xyxy), height, width, 3), np.uint8)
    for patch, box in zip(
        patches, np.clip(boxes_xyxy, -_FARTHEST, _FARTHEST).tolist(), strict=True
    ):
        x1, y1, x2, y2 = box
        step_x = max((x2 - x1) / width, _LEAST_STEP)
        step_y = max((y2 - y1) / height, _LEAST_STEP)
        place = np.array(
            ((step_x, 0.0, x1 + step_x / 2 - 0.5), (0.0, step_y, y1 + step_y / 2 - 0.5))
        )
        cv2.warpAffine(
            image_bgr,
            place,
            PATCH_WH,
            dst=patch,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return patches


def _shared_out(places: Float64Array, count: int) -> FloatArray:
    """Return (P, count): each place, 0 to count - 1, shared by the two nearest of `count` bins."""
    near = np.clip(places, 0, count - 1)[:, None] - np.arange(count)
    return np.maximum(0.0, 1.0 - np.abs(near)).astype(np.float32)


def _bins(count: int, lowest: float, highest: float) -> FloatArray:
    middles = (np.arange(_LEVELS, dtype=np.float64) + 0.5) * _COARSE - 0.5
    return _shared_out((middles - lowest) / (highest - lowest) * (count - 1), count)


def _across() -> Float64Array:
    places = (np.arange(PATCH_WH[0]) + 0.5) / PATCH_WH[0] * 2 - 1
    weights: Float64Array = np.exp(-0.5 * (places / _MIDDLE_SIGMA) ** 2)
    weights /= weights.sum()
    return weights


def _down() -> FloatArray:
    places = (np.arange(PATCH_WH[1]) + 0.5) / PATCH_WH[1] * STRIPES - 0.5
    shares = _shared_out(places, STRIPES)
    shares /= shares.sum(axis=0)
    return shares


_ACROSS, _DOWN = _across(), _down()
_BINS = (
    _bins(LIGHTNESS_BINS, 0.0, 255.0),
    _bins(COLOUR_BINS, *COLOUR_RANGE),
    _bins(COLOUR_BINS, *COLOUR_RANGE),
)
