"""From a video frame to detections in its own pixels: preprocess, run, decode, map back."""

import threading
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trackmend_core.backends import BackendName, Precision, choose_backend
from trackmend_core.errors import UserError
from trackmend_core.geometry import Letterbox
from trackmend_core.model.decode import EPSILON, decode
from trackmend_core.model.input_size import MULTIPLE, OFFICIAL_WH, matching_input_wh
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.model.preprocess import preprocess
from trackmend_core.similarity import EmbeddingMap
from trackmend_core.types import FrameDetections, ImageArray


class Detector:
    """A model on a back end. Threads may share one: they take turns.

    Args:
        model: from `load_checkpoint`.
        backend: which engine runs it.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        input_wh: a fixed network input, multiples of 32; without it every frame size gets its own.
        min_score: detections at or below it are left out, 0..1.
        max_detections: at most so many per frame.
        precision: in which numbers the engine computes. Half precision halves the time and moves
            some boxes and embeddings visibly (IoU down to 0.85, cosine to 0.90), so it is opt-in.

    Raises:
        UserError: the back end, device, precision or input size is not possible.
    """

    def __init__(
        self,
        model: LoadedModel,
        *,
        backend: BackendName | str = BackendName.AUTO,
        device: str = "auto",
        input_wh: tuple[int, int] | None = None,
        min_score: float = 0.1,
        max_detections: int = 500,
        precision: Precision | str = Precision.FLOAT32,
    ) -> None:
        if input_wh is not None and (
            min(input_wh) <= 0 or any(side % MULTIPLE for side in input_wh)
        ):
            raise UserError(
                f"A network input of {input_wh[0]}x{input_wh[1]} is not possible.",
                f"Both sides must be multiples of {MULTIPLE}, such as 640x480 or 1088x608.",
            )
        self.model = model
        self.min_score = min_score
        self.max_detections = max_detections
        self._input_wh = input_wh
        self._backend = choose_backend(model.network, backend, device, precision=precision)
        self._turn = threading.Lock()

    @property
    def description(self) -> str:
        """Return what runs the model, for people, such as "CPU · OpenVINO (bfloat16)"."""
        return self._backend.description

    def input_wh_for(self, source_wh: tuple[int, int]) -> tuple[int, int]:
        """Return the network input for frames of this size, in pixels."""
        if self._input_wh is not None:
            return self._input_wh
        return matching_input_wh(source_wh, trained_wh=self.model.input_wh or OFFICIAL_WH)

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        """Return what the model sees in a frame.

        Args:
            image_bgr: (H, W, 3) uint8.

        Returns:
            Best first, source pixels, score above `min_score`.
        """
        with self._turn:
            heads, letterbox = self._heads(image_bgr)
            return self._detections(heads, letterbox)

    def detect_with_map(self, image_bgr: ImageArray) -> tuple[FrameDetections, EmbeddingMap]:
        """Return detections as `detect` does, and the dense re-ID features of the same pass."""
        with self._turn:
            heads, letterbox = self._heads(image_bgr)
            detections = self._detections(heads, letterbox)
            with torch.inference_mode():
                dense = functional.normalize(heads["id"][0].float(), dim=0, eps=EPSILON)
            features = dense.contiguous().cpu().numpy()
        return detections, EmbeddingMap(features, letterbox)

    def _heads(self, image_bgr: ImageArray) -> tuple[Mapping[str, Tensor], Letterbox]:
        height, width = image_bgr.shape[:2]
        planes, letterbox = preprocess(image_bgr, input_wh=self.input_wh_for((width, height)))
        return self._backend.heads(planes[None]), letterbox

    def _detections(self, heads: Mapping[str, Tensor], letterbox: Letterbox) -> FrameDetections:
        found = decode(heads, max_detections=self.max_detections, min_score=self.min_score)
        return FrameDetections(
            letterbox.input_to_source(found.boxes_xyxy.astype(np.float64)),
            found.scores,
            found.embeddings,
            found.class_ids,
        )
