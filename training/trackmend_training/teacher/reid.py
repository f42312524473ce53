"""The re-ID teacher: Intel's person-reidentification-retail-0287 (Apache-2.0), 256 numbers each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.types import Float64Array, FloatArray, ImageArray
from trackmend_training.teacher.network import TeacherNetwork

MIN_SIDE_PX = 4


PATCH_WH = (128, 256)


def cut_patch(image: ImageArray, box_xyxy: FloatArray) -> ImageArray | None:
    """Return (256, 128, 3) what the teacher is shown of a box, None if it is too small."""
    x1, y1, x2, y2 = np.asarray(box_xyxy).round().astype(int).tolist()
    person = image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
    if min(person.shape[:2]) < MIN_SIDE_PX:
        return None
    return np.asarray(cv2.resize(person, PATCH_WH, interpolation=cv2.INTER_LINEAR), np.uint8)


class ReidTeacher:
    """Embeddings of cut-out people; `weights_dir` holds `omz/`."""

    def __init__(self, weights_dir: Path) -> None:
        self._network = TeacherNetwork(
            weights_dir / "omz" / "person-reidentification-retail-0287.xml"
        )

    def embed(self, image: ImageArray, boxes_xyxy: FloatArray) -> FloatArray:
        """Return (N, 256) unit length, the mean of a person and its mirror image.

        Boxes too small to show anybody get zeros.
        """
        rows: list[FloatArray] = []
        for box in boxes_xyxy:
            patch = cut_patch(image, box)
            if patch is None:
                rows.append(np.zeros(256, np.float32))
                continue
            views = (patch, patch[:, ::-1])
            answers = [self._embed_view(np.asarray(view, np.uint8)) for view in views]
            mean = answers[0] + answers[1]
            rows.append(mean / np.linalg.norm(mean))
        return np.asarray(rows, np.float32).reshape(-1, 256)

    def _embed_view(self, view: ImageArray) -> FloatArray:
        raw = self._network.run(view.transpose(2, 0, 1)[None].astype(np.float32)).reshape(-1)
        return np.asarray(raw / np.linalg.norm(raw), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """How the teacher's embeddings are shortened, see `fit_projection`.

    Attributes:
        mean: (D,) what every picture of a person shares.
        basis: (dimension - 1, D) the main directions of what is left.
        common_share: cosine of two strangers, 0..1.
    """

    mean: Float64Array
    basis: Float64Array
    common_share: float

    def apply(self, embeddings: FloatArray) -> FloatArray:
        """Return (N, dimension) unit length for (N, D); zero rows are unknown and stay zero."""
        rows = (embeddings - self.mean) @ self.basis.T
        rows *= np.sqrt(1 - self.common_share) / np.linalg.norm(rows, axis=1, keepdims=True)
        common = np.full((len(rows), 1), np.sqrt(self.common_share))
        rows = np.concatenate([rows, common], axis=1)
        rows[np.linalg.norm(embeddings, axis=1) == 0] = 0
        return np.asarray(rows, np.float32)

    def save(self, path: Path) -> None:
        """Write it as npz."""
        np.savez(
            path,
            allow_pickle=False,
            mean=self.mean,
            basis=self.basis,
            common_share=np.float64(self.common_share),
        )

    @classmethod
    def load(cls, path: Path) -> "Projection":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["mean"], stored["basis"], float(stored["common_share"]))


def fit_projection(
    groups: Sequence[FloatArray], *, dimension: int, common_share: float
) -> Projection:
    """Shorten embeddings to their main directions and set how alike strangers are.

    What every picture of a person shares is taken out, and a known amount is put back as the last
    number: it moves the cosine of two strangers from about 0 to about `common_share`, and with it
    the border between same and other to where FairMOT's association expects it, at 0.6.

    Args:
        groups: (N_i, D) unit length; zero rows are unknown.
        dimension: length of the result.
        common_share: 0..1.
    """
    stacked = np.concatenate([group for group in groups if len(group)]).astype(np.float64)
    known = stacked[np.linalg.norm(stacked, axis=1) > 0]
    mean = known.mean(axis=0)
    _, _, directions = np.linalg.svd(known - mean, full_matrices=False)
    return Projection(mean, directions[: dimension - 1], common_share)
