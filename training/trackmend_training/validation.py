"""How a run is judged while it goes on: AP, TPR at FAR 0.1, and IDF1 on a sequence."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.evaluation import (
    JudgedImage,
    average_precision,
    evaluate_sequence,
    identity_pairs,
    tpr_at_far,
)
from trackmend_core.jobs import MemorySink
from trackmend_core.jobs.sequence_truth import read_truth
from trackmend_core.model import Detector
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FloatArray
from trackmend_core.video import open_video
from trackmend_training.checkpoints import TrainingState, averaged_weights
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.gather import load_any
from trackmend_training.datasets.judged import judged_frames, learnt_and_judged
from trackmend_training.datasets.labelled import LabelledImage

MIN_SCORE = 0.02
MAX_DETECTIONS = 200
AP, TPR, IDF1, MOTA = "ap", "tpr_at_far_0.1", "idf1", "mota"
DECISIVE = (AP, TPR, IDF1)
"""The mean of those that there are decides which judgement is best."""


class Judge:
    """Judges a run's averaged network on material it does not learn from.

    Args:
        config: the run, with its validation.
        images: labelled ones; may be none.
        device: that the network is run on.
    """

    def __init__(
        self, config: TrainConfig, images: Sequence[LabelledImage], *, device: str
    ) -> None:
        self._config = config
        self._images = images
        self._device = device

    def scores(self, state: TrainingState) -> dict[str, float]:
        """Return each measure by name, 0..1 (MOTA may be below).

        Raises:
            UserError: an image or the sequence cannot be read.
        """
        with averaged_weights(state) as network:
            detector = self._detector(network)
        scores = self._on_images(detector) if self._images else {}
        sequence = self._config.validation.sequence
        if sequence is not None:
            scores |= self._on_sequence(detector, Path(sequence))
        return scores

    def take_in(self, state: TrainingState, scores: dict[str, float]) -> bool:
        """Keep the best score in the run's state; return whether it is this one."""
        known = [scores[name] for name in DECISIVE if name in scores]
        score = sum(known) / len(known) if known else 0.0
        if score > state.judged.get("best", -1.0):
            state.judged = {"best": score, "best_step": state.step, "judgements_since_best": 0}
            return True
        state.judged["judgements_since_best"] += 1
        return False

    def _detector(self, network: nn.Module) -> Detector:
        config = self._config
        model = LoadedModel(
            network=network,
            arch=config.arch,
            reid_dim=config.reid_dim,
            ltrb=config.ltrb,
            num_classes=1,
            input_wh=config.input_wh,
            name=config.name,
        )
        return Detector(
            model,
            backend="torch",
            device=self._device,
            min_score=MIN_SCORE,
            max_detections=MAX_DETECTIONS,
            sampler=config.sampler,
        )

    def _on_images(self, detector: Detector) -> dict[str, float]:
        judged: list[JudgedImage] = []
        embeddings: list[FloatArray] = []
        for image in self._images:
            found, read = detector.detect_and_read(image.read(), image.boxes_xyxy)
            judged.append(
                JudgedImage(
                    gt_xyxy=image.boxes_xyxy.astype(np.float64),
                    boxes_xyxy=found.boxes_xyxy.astype(np.float64),
                    scores=found.scores.astype(np.float64),
                    ignored_xyxy=image.ignored_xyxy.astype(np.float64),
                )
            )
            embeddings.append(read)
        scores = {AP: average_precision(judged)}
        identities = np.concatenate([image.identities for image in self._images])
        pairs = identity_pairs(np.concatenate(embeddings), identities)
        if pairs.can_be_judged and not self._config.detection_only:
            scores[TPR] = tpr_at_far(pairs)
        return scores

    def _on_sequence(self, detector: Detector, folder: Path) -> dict[str, float]:
        gt = read_truth(folder, video=folder)
        sink = MemorySink()
        with open_video(folder) as video:
            tracker = Tracker(TrackerSettings.default(video.frame_rate))
            count = min(video.frame_count, self._config.validation.max_frames)
            for frame_index in range(count):
                detections = detector.detect(video.read(frame_index))
                sink.write(frame_index, detections, tracker.step(detections))
        clear = evaluate_sequence(gt.select(gt.frames <= count), sink.table()).clear
        return {IDF1: clear.idf1, MOTA: clear.mota}


def build_judge(
    config: TrainConfig,
    *,
    device: str,
    learnt_from: Iterable[Path] = (),
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Judge | None:
    """Return what judges a run, None if it is not to be judged.

    Args:
        config: the run.
        device: that the network is run on.
        learnt_from: images of the run.
        tell: is told if the run is judged by what it learns from.

    Raises:
        UserError: there is nothing to judge by.
    """
    if not config.validation.every:
        if config.validation.sources or config.validation.sequence is not None:
            tell("The training is not judged on the way: validation.every is 0. It counts steps.")
        return None
    images: list[LabelledImage] = []
    offset = 0
    for source in config.validation.sources:
        images += [image.with_identities_from(offset) for image in load_any(source)]
        offset = 1 + max(int(image.identities.max(initial=-1)) for image in images)
    images = _spread(images, config.validation.max_images)
    if images and not any(len(image.boxes_xyxy) for image in images):
        raise UserError(
            "The images to judge the training by show nobody.",
            "Name others in validation.sources; trackmend data check says what is in them.",
        )
    judged = [image.path for image in images]
    if config.validation.sequence is not None:
        sequence = Path(config.validation.sequence)
        judged += judged_frames(sequence, max_frames=config.validation.max_frames)
    if warning := learnt_and_judged(learnt_from, judged):
        tell(warning)
    return Judge(config, images, device=device)


def _spread(images: Sequence[LabelledImage], count: int) -> list[LabelledImage]:
    """Return so many images at most, evenly from all."""
    rows = np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int)
    return [images[row] for row in rows.tolist()]
