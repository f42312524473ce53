"""From a video frame to detections in its own pixels: preprocess, run, decode, map back."""

import copy
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn import functional

from trackmend_core.backends import BackendName, Calibration, Precision, choose_with_reason
from trackmend_core.backends.card_trouble import card_trouble_told
from trackmend_core.errors import UserError
from trackmend_core.geometry import Letterbox
from trackmend_core.model.colours import colour_reader
from trackmend_core.model.covered import who_stands, with_those_beside
from trackmend_core.model.decode import EPSILON, Detections, decode
from trackmend_core.model.heads import FEATURES
from trackmend_core.model.input_size import MULTIPLE, OFFICIAL_WH, matching_input_wh
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.model.preprocess import preprocess
from trackmend_core.model.sampling import (
    Objects,
    no_two_stage_head,
    one_per_object,
    torch_sampler,
)
from trackmend_core.model.two_stage import two_stage_head, two_stage_map
from trackmend_core.similarity import EmbeddingMap, SamplerName
from trackmend_core.types import Float64Array, FloatArray, FrameDetections, ImageArray

MAP_STEP = 2
MAP_CHUNK = 1024
"""A two-stage map asks the head for so many boxes at a time: about 50 MB with 64 channels."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CalibrationImages:
    """Frames from which fast mode learns the ranges of its numbers.

    Attributes:
        name: tells one set from another, such as a video's fingerprint.
        read: returns them, BGR; called only where no network is kept for this set.
    """

    name: str
    read: Callable[[], Sequence[ImageArray]]


class Detector:
    """A model on a back end. Threads may share one: they take turns.

    Args:
        model: from `load_checkpoint`.
        backend: which engine runs it.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        input_wh: a fixed network input, multiples of 32; without it every frame size gets its own.
        min_score: detections at or below it are left out, 0..1.
        max_detections: at most so many per frame.
        sampler: where in the dense map embeddings are read; None for what the model learnt with,
            which is its centre unless its file says otherwise.
        precision: in which numbers the engine computes. Half precision halves the time and moves
            some boxes and embeddings visibly (IoU down to 0.85, cosine to 0.90), so it is opt-in,
            and so is fast mode, which computes in int8 on the CPU.
        calibration: frames for fast mode, best of the video that will be tracked.

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
        sampler: SamplerName | str | None = None,
        precision: Precision | str = Precision.FLOAT32,
        calibration: CalibrationImages | None = None,
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
        self._choice = choose_with_reason(
            model.network,
            backend,
            device,
            precision=precision,
            input_wh=self._usual_wh,
            calibration=None if calibration is None else self._calibration(calibration),
        )
        self._backend = self._choice.backend
        self._turn = threading.Lock()
        wanted = sampler or model.metadata.get("sampler") or SamplerName.CENTRE
        self.sampler = SamplerName.parse(wanted)
        # Like the back end, the second stage works on a copy of its own, where its input is.
        self._second_stage = copy.deepcopy(two_stage_head(model.network))
        self._read = torch_sampler(self.sampler, self._second_stage)
        self._colours = colour_reader(model.network, model.metadata)

    @property
    def description(self) -> str:
        """Return what runs the model, for people, such as "CPU · OpenVINO (bfloat16)"."""
        return self._backend.description

    @property
    def reason(self) -> str:
        """Return why this back end was taken, for people, such as the times measured."""
        return self._choice.reason

    @property
    def colour_share(self) -> float | None:
        """Return how much of a cosine the colours of clothes say, 0..1, None without them."""
        return None if self._colours is None else self._colours.share

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
        with self._at_work():
            heads, letterbox = self._heads(image_bgr)
            return self._detections(heads, letterbox, image_bgr)

    def detect_many(
        self, images_bgr: Iterable[ImageArray]
    ) -> Generator[FrameDetections, None, None]:
        """Yield what `detect` returns for every frame, in order, several being worked on at once.

        Frames are taken a few ahead of the results. Other threads get their turn between two
        frames. Closing the iterator waits for what is under way.

        Args:
            images_bgr: (H, W, 3) uint8 each.
        """
        under_way: deque[tuple[Letterbox, ImageArray]] = deque()

        def inputs() -> Iterator[FloatArray]:
            for image_bgr in images_bgr:
                planes, letterbox = self._input(image_bgr)
                under_way.append((letterbox, image_bgr))
                yield planes

        with closing(self._backend.heads_of_each(inputs())) as heads_of_each:
            while True:
                with self._at_work():
                    heads = next(heads_of_each, None)
                    if heads is None:
                        return
                    found = self._detections(heads, *under_way.popleft())
                yield found

    def detect_with_map(self, image_bgr: ImageArray) -> tuple[FrameDetections, EmbeddingMap]:
        """Return detections as `detect` does, and the dense re-ID features of the same pass."""
        with self._at_work():
            heads, letterbox = self._heads(image_bgr)
            detections = self._detections(heads, letterbox, image_bgr)
            with torch.inference_mode():
                dense = functional.normalize(heads["id"][0].float(), dim=0, eps=EPSILON)
            features = dense.contiguous().cpu().numpy()
        return detections, EmbeddingMap(features, letterbox)

    def detect_and_read(
        self, image_bgr: ImageArray, boxes_xyxy: ArrayLike
    ) -> tuple[FrameDetections, FloatArray]:
        """Return detections, and the embeddings that the sampler reads for boxes from elsewhere.

        Args:
            image_bgr: (H, W, 3) uint8.
            boxes_xyxy: (N, 4), source pixels.

        Returns:
            What `detect` gives, and (N, D) float32, unit length.

        Raises:
            ValueError: a coordinate is not finite.
        """
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        if not np.isfinite(boxes).all():
            raise ValueError("boxes must be finite")
        with self._at_work():
            heads, letterbox = self._heads(image_bgr)
            in_cells = letterbox.source_to_input(boxes).astype(np.float32)
            detections = self._detections(heads, letterbox, image_bgr)
            found = who_stands(detections.boxes_xyxy, detections.scores)
            standing = with_those_beside(boxes, found)
            return detections, self._with_colours(
                self._read_boxes(heads, in_cells), image_bgr, boxes, standing_xyxy=standing
            )

    def two_stage_map(self, image_bgr: ImageArray, *, box_wh: tuple[float, float]) -> EmbeddingMap:
        """Return what the two-stage head gives a box of one size around every second cell.

        Args:
            image_bgr: (H, W, 3) uint8.
            box_wh: width and height of the box, source pixels.

        Raises:
            UserError: the model has no two-stage head.
        """
        head = self._second_stage
        if head is None:
            raise no_two_stage_head()
        with self._at_work():
            heads, letterbox = self._heads(image_bgr)
            features = heads[FEATURES].float()
            ((x1, y1, x2, y2),) = letterbox.source_to_input(np.array([[0.0, 0.0, *box_wh]]))
            dense = two_stage_map(
                head.to(features.device),
                features,
                box_wh=(x2 - x1, y2 - y1),
                step=MAP_STEP,
                chunk=MAP_CHUNK,
            )
        unit = functional.normalize(dense, dim=0, eps=EPSILON)
        return EmbeddingMap(unit.contiguous().cpu().numpy(), letterbox)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Let one thread at a time use the network; tell what goes wrong on a card."""
        with self._turn, card_trouble_told():
            yield

    def _heads(self, image_bgr: ImageArray) -> tuple[Mapping[str, Tensor], Letterbox]:
        planes, letterbox = self._input(image_bgr)
        return self._backend.heads(planes), letterbox

    def _input(self, image_bgr: ImageArray) -> tuple[FloatArray, Letterbox]:
        height, width = image_bgr.shape[:2]
        planes, letterbox = preprocess(image_bgr, input_wh=self.input_wh_for((width, height)))
        return planes[None], letterbox

    @property
    def _usual_wh(self) -> tuple[int, int]:
        return self._input_wh or self.model.input_wh or OFFICIAL_WH

    def _calibration(self, images: CalibrationImages) -> Calibration:
        input_wh = self._usual_wh
        return Calibration(
            name=f"{images.name} at {input_wh[0]}x{input_wh[1]}",
            inputs=lambda: [preprocess(im, input_wh=input_wh)[0][None] for im in images.read()],
        )

    def _detections(
        self, heads: Mapping[str, Tensor], letterbox: Letterbox, image_bgr: ImageArray
    ) -> FrameDetections:
        found = decode(heads, max_detections=self.max_detections, min_score=self.min_score)
        boxes = letterbox.input_to_source(found.boxes_xyxy.astype(np.float64))
        embeddings = self._with_colours(
            self._embeddings(heads, found),
            image_bgr,
            boxes,
            standing_xyxy=who_stands(boxes, found.scores),
        )
        return FrameDetections(boxes, found.scores, embeddings, found.class_ids)

    def _with_colours(
        self,
        embeddings: FloatArray,
        image_bgr: ImageArray,
        boxes_xyxy: Float64Array,
        *,
        standing_xyxy: Float64Array,
    ) -> FloatArray:
        if self._colours is None:
            return embeddings
        return self._colours.beside(embeddings, image_bgr, boxes_xyxy, standing_xyxy=standing_xyxy)

    def _embeddings(self, heads: Mapping[str, Tensor], found: Detections) -> FloatArray:
        """Return (N, D) as the sampler reads them; decoding has read the centres already."""
        if self.sampler is SamplerName.CENTRE or not len(found):
            return found.embeddings
        return self._read_boxes(heads, found.boxes_xyxy)

    def _read_boxes(self, heads: Mapping[str, Tensor], boxes_xyxy: FloatArray) -> FloatArray:
        """Return (N, D) for boxes in cells."""
        device = heads["id"].device
        if self._second_stage is not None:
            self._second_stage.to(device)
        boxes = torch.from_numpy(boxes_xyxy).to(device)
        images = torch.zeros(len(boxes), dtype=torch.int64, device=device)
        with torch.inference_mode():
            samples = self._read(heads, Objects(images, boxes, (boxes[:, :2] + boxes[:, 2:]) / 2))
            embeddings = one_per_object(samples, count=len(boxes))
        return embeddings.cpu().numpy()
