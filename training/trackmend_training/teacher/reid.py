"""The re-ID teacher: Intel's person-reidentification-retail-0287 (Apache-2.0), 256 numbers each."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.types import FloatArray, ImageArray
from trackmend_training.teacher.network import TeacherNetwork

MIN_SIDE_PX = 4


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
        height, width = self._network.input_hw
        rows: list[FloatArray] = []
        for x1, y1, x2, y2 in np.asarray(boxes_xyxy).round().astype(int).tolist():
            person = image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
            if min(person.shape[:2]) < MIN_SIDE_PX:
                rows.append(np.zeros(256, np.float32))
                continue
            resized = cv2.resize(person, (width, height), interpolation=cv2.INTER_LINEAR)
            views = (resized, resized[:, ::-1])
            answers = [self._embed_view(np.asarray(view, np.uint8)) for view in views]
            mean = answers[0] + answers[1]
            rows.append(mean / np.linalg.norm(mean))
        return np.asarray(rows, np.float32).reshape(-1, 256)

    def _embed_view(self, view: ImageArray) -> FloatArray:
        raw = self._network.run(view.transpose(2, 0, 1)[None].astype(np.float32)).reshape(-1)
        return np.asarray(raw / np.linalg.norm(raw), np.float32)


def project_embeddings(
    groups: Sequence[FloatArray], *, dimension: int, common_share: float
) -> list[FloatArray]:
    """Shorten embeddings to their main directions and set how alike strangers are.

    What every picture of a person shares is taken out, and a known amount is put back as the last
    number: it moves the cosine of two strangers from about 0 to about `common_share`, and with it
    the border between same and other to where FairMOT's association expects it, at 0.6.

    Args:
        groups: (N_i, D) unit length; zero rows are unknown and stay zero.
        dimension: length of the result.
        common_share: 0..1.

    Returns:
        (N_i, dimension) for each group, unit length.
    """
    stacked = np.concatenate([group for group in groups if len(group)]).astype(np.float64)
    known = stacked[np.linalg.norm(stacked, axis=1) > 0]
    mean = known.mean(axis=0)
    _, _, directions = np.linalg.svd(known - mean, full_matrices=False)
    basis = directions[: dimension - 1]
    projected: list[FloatArray] = []
    for group in groups:
        rows = (group - mean) @ basis.T
        rows *= np.sqrt(1 - common_share) / np.linalg.norm(rows, axis=1, keepdims=True)
        rows = np.concatenate([rows, np.full((len(rows), 1), np.sqrt(common_share))], axis=1)
        rows[np.linalg.norm(group, axis=1) == 0] = 0
        projected.append(rows.astype(np.float32))
    return projected
