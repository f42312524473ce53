"""Settings of a training run: frozen values, read from TOML, stored in the checkpoint; no torch."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from trackmend_core.errors import UserError
from trackmend_core.similarity import SamplerName
from trackmend_training.choices import (
    Accelerator,
    HeatMapLoss,
    IdentityLoss,
    InitialPart,
    OptimiserName,
    Precision,
    RegressionLoss,
    Sampling,
    Schedule,
    require_one_of,
)
from trackmend_training.config_parts import AugmentConfig, SourceConfig, ValidationConfig
from trackmend_training.limits import FINETUNE_LIMITS, TRAIN_LIMITS, require_within
from trackmend_training.settings import build, override

__all__ = [
    "STRIDE",
    "AugmentConfig",
    "FinetuneConfig",
    "SourceConfig",
    "TrainConfig",
    "ValidationConfig",
]

STRIDE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that a training run depends on besides the images.

    Attributes:
        out_dir: folder for checkpoints.
        sources: what to learn from.
        name: of the model that results.
        arch: name in the registry of architectures.
        reid_dim: length of the embedding.
        ltrb: four distances to the sides of the box.
        initial_weights: a Trackmend checkpoint, or ImageNet weights of the backbone.
        crop_wh: size of the training crops, multiples of 32.
        input_wh: size the model is meant to be used at, stored in the checkpoint.
        initial: what is taken from them, one of `InitialPart`.
        steps: optimiser steps.
        epochs: if above 0, the length instead of `steps`: rounds through all images.
        sampling: one of `Sampling`.
        batch_size: images a step, over all devices and micro-batches together.
        accumulate: micro-batches a step; a step's memory shrinks, its gradient stays the same.
        devices: processors of one machine that share a batch.
        nodes: machines, each with so many devices, started by `torchrun`.
        sync_batch_norm: batch statistics over all devices.
        optimiser: one of `OptimiserName`.
        schedule: one of `Schedule`.
        drop_at: when the step schedule lowers the rate, in epochs if `epochs` is set, else steps.
        drop_factor: by which it does.
        learning_rate: at its highest.
        backbone_rate: of the backbone, relative to `learning_rate`.
        warmup_steps: linear rise at the start.
        weight_decay: AdamW's, for weights of convolutions only.
        frozen_blocks: first blocks of the backbone that stay as they are.
        freeze_batch_norm: keep the running statistics as they are.
        gradient_clip: largest norm of the gradient, 0 for no limit.
        ema_decay: of the moving average that is saved; 0 saves the last weights.
        detection_only: train no identity at all (the paper's Table 3).
        self_supervised: every box a class of its own and two views of every image, whatever the
            labels say of identity (section 4.4).
        heat_map_loss: one of `HeatMapLoss`.
        regression_loss: one of `RegressionLoss`.
        identity_loss: one of `IdentityLoss`.
        sampler: where embeddings are read, one of `SamplerName` (the paper's Table 1); the model
            remembers it, and tracks with it unless told otherwise.
        size_weight: weight of the box loss.
        overlap_weight: weight of the boxes' overlap, a loss that FairMOT has not.
        teacher_weight: weight of the re-ID teacher's embeddings, where the sources have them.
        uncertainty: learn the balance of detection and identity (equation 5).
        max_objects: slots for objects in one image.
        precision: one of `Precision`; float16 needs CUDA.
        accelerator: one of `Accelerator`.
        threads: of torch on the CPU, 0 for its own choice.
        workers: processes that prepare images; 0 does it in between.
        checkpoint_every: steps between checkpoints.
        seed: of everything random.
        check: refuse material that `trackmend data check` refuses.
        augment: how images are changed.
        validation: how the run is judged on the way.
    """

    out_dir: str
    sources: tuple[SourceConfig, ...]
    name: str = "model"
    arch: str = "mobilenetv2_fpn"
    reid_dim: int = 128
    ltrb: bool = True
    initial_weights: str | None = None
    initial: str = InitialPart.WHOLE
    crop_wh: tuple[int, int] = (352, 448)
    input_wh: tuple[int, int] = (640, 480)
    steps: int = 1000
    epochs: float = 0.0
    sampling: str = Sampling.SHARES
    batch_size: int = 8
    accumulate: int = 1
    devices: int = 1
    nodes: int = 1
    sync_batch_norm: bool = True
    optimiser: str = OptimiserName.ADAMW
    schedule: str = Schedule.COSINE
    drop_at: tuple[float, ...] = ()
    drop_factor: float = 0.1
    learning_rate: float = 4e-4
    backbone_rate: float = 0.5
    warmup_steps: int = 100
    weight_decay: float = 0.01
    frozen_blocks: int = 0
    freeze_batch_norm: bool = False
    gradient_clip: float = 10.0
    ema_decay: float = 0.998
    detection_only: bool = False
    self_supervised: bool = False
    heat_map_loss: str = HeatMapLoss.FOCAL
    regression_loss: str = RegressionLoss.L1
    identity_loss: str = IdentityLoss.CROSS_ENTROPY
    sampler: str = SamplerName.CENTRE
    size_weight: float = 0.1
    overlap_weight: float = 0.0
    teacher_weight: float = 0.0
    uncertainty: bool = True
    max_objects: int = 100
    precision: str = Precision.FLOAT32
    accelerator: str = Accelerator.AUTO
    threads: int = 0
    workers: int = 0
    checkpoint_every: int = 200
    seed: int = 317
    check: bool = True
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1 or self.checkpoint_every < 1:
            raise UserError(
                "A training run needs at least one step and one image a step, and checkpoints at "
                "least one step apart."
            )
        require_within(self, TRAIN_LIMITS, where="the configuration")
        parts = self.accumulate * self.devices * self.nodes
        if min(self.accumulate, self.devices, self.nodes) < 1 or self.batch_size % parts:
            raise UserError(
                f"A batch of {self.batch_size} images cannot be split evenly into {parts} parts.",
                "Change batch_size, accumulate, devices or nodes.",
            )
        if self.self_supervised and self.detection_only:
            raise UserError(
                "self_supervised teaches identity alone, which detection_only leaves out.",
                "Set one of them to false.",
            )
        if self.self_supervised and (self.batch_size // parts) % 2:
            raise UserError(
                "Two views of an image must be in one part of a batch.",
                "Set batch_size so that every device and micro-batch gets an even number.",
            )
        for name, choices in _CHOICES.items():
            require_one_of(getattr(self, name), choices, name=name)
        if any(side < 32 or side % 32 for side in (*self.crop_wh, *self.input_wh)):
            raise UserError(
                f"Sizes must be multiples of 32, not {self.crop_wh} and {self.input_wh}.",
                "Change crop_wh or input_wh in the configuration.",
            )

    def counted_in_steps(self, image_count: int) -> Self:
        """Return the same run with its length in steps, for so many images."""
        if not self.epochs:
            return self
        epoch = image_count / self.batch_size
        return replace(
            self,
            steps=max(1, math.ceil(self.epochs * epoch)),
            drop_at=tuple(math.ceil(at * epoch) for at in self.drop_at),
            epochs=0.0,
        )

    def to_dict(self) -> dict[str, Any]:  # Any: nested values of TOML
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: nested values of TOML
        """Build a configuration from plain values.

        Raises:
            UserError: a name is unknown, a needed one is missing, or a value has the wrong form.
        """
        prepared = dict(values)
        validation = prepared.pop("validation", {})
        if isinstance(validation, Mapping) and "sources" in validation:
            judged = _sources(validation["sources"], where="validation.sources")
            validation = {**validation, "sources": judged}
        prepared["sources"] = _sources(prepared.pop("sources", ()), where="sources")
        prepared["augment"] = build(AugmentConfig, prepared.pop("augment", {}), where="augment")
        prepared["validation"] = build(ValidationConfig, validation, where="validation")
        return build(cls, prepared, where="the configuration")

    @classmethod
    def from_toml(cls, path: Path, *, assignments: Sequence[str] = ()) -> Self:
        """Read a configuration; paths in it are relative to the file.

        A key `data_dir` names the folder that paths of sources are relative to instead.

        Args:
            path: the file.
            assignments: changes such as `steps=10`; paths in them are relative to where we are.

        Raises:
            UserError: the file cannot be read or is not a configuration.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise UserError(f"The configuration {path} cannot be read.", str(error)) from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"The configuration {path} is not valid TOML.", str(error)) from error
        where_we_are: dict[str, Any] = {}  # Any: nested values of TOML
        data_dir_given = [text for text in assignments if text.startswith("data_dir=")]
        override(where_we_are, data_dir_given)
        data_dir = path.parent / values.pop("data_dir", ".")
        if "data_dir" in where_we_are:
            data_dir = Path(str(where_we_are["data_dir"]))
        place_paths(values, beside=path.parent, data_dir=data_dir)
        override(values, [text for text in assignments if text not in data_dir_given])
        return cls.from_dict(values)


USUAL_STEPS = (160, 360)
"""What is planned where nothing was said: the fewest, and the most, of which a long clip is worth
more than a short one."""
STEPS_A_FRAME = 1.7
KEPT_EVERYWHERE = (0.3, 1.0)
"""At least this share of replay, at this weight, where what is learnt is to hold in every scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """How a model is taught from the corrections in one project.

    Attributes:
        steps: optimiser steps; 0 for as many as the corrected frames are worth.
        batch_size: images a step.
        learning_rate: at its highest.
        backbone_rate: of the backbone, relative to it.
        frozen_blocks: first blocks of the backbone that stay as they are, where it has any.
        max_frames: frames taken from the video, those around corrections first.
        frames_around_edit: frames taken to either side of a corrected frame.
        held_out_share: of the frames, kept to judge the new model by.
        replay_share: share of pictures that keep what the old model knows, against forgetting;
            low, for other scenes keep the old model itself, see `guarded`.
        replay_frames: how many drawn street scenes are among them.
        replay_dir: folder of further photographs (.jpg) to keep the old answers on; "" for none.
        keep_weight: weight of staying close to the old model's answers on the replay.
        apart_weight: weight of telling people apart inside a batch, mistaken ones above all.
        blends: shares of the learnt change to try, see `choose_blend`.
        fewest_boxes: with fewer to judge by than these the network stays as it was, and only the
            tracker's settings are fitted: two lucky boxes would decide.
        check_frames: frames of a drawn street that tell what was forgotten.
        everywhere: what is learnt holds in every scene, whatever is forgotten: for what the model
            did not know, animals for instance. Else in the scenes that were corrected alone.
        max_minutes: training ends then, whatever was planned; judging takes two or three
            more.
        crop_wh: size of the training crops.
        threads: of torch on the CPU, 0 for its own choice.
        seed: of everything random.
    """

    steps: int = 0
    batch_size: int = 6
    learning_rate: float = 2e-4
    backbone_rate: float = 0.2
    frozen_blocks: int = 7
    max_frames: int = 120
    frames_around_edit: int = 8
    held_out_share: float = 0.2
    replay_share: float = 0.1
    replay_frames: int = 24
    replay_dir: str = ""
    keep_weight: float = 0.3
    apart_weight: float = 0.5
    blends: tuple[float, ...] = (1.0, 0.7, 0.4)
    fewest_boxes: int = 200
    check_frames: int = 60
    everywhere: bool = False
    max_minutes: float = 6.0
    crop_wh: tuple[int, int] = (352, 448)
    threads: int = 0
    seed: int = 317

    def __post_init__(self) -> None:
        require_within(self, FINETUNE_LIMITS, where="the finetuning")
        if any(side < 32 or side % 32 for side in self.crop_wh):
            raise UserError(
                f"The size of training crops must be multiples of 32, not {list(self.crop_wh)}."
            )

    def steps_for(self, frames: int) -> int:
        """Return how many steps are planned where so many frames are corrected."""
        if self.steps:
            return self.steps
        fewest, most = USUAL_STEPS
        return max(fewest, min(most, round(STEPS_A_FRAME * frames)))

    def guarded(self) -> Self:
        """Return the same with more against forgetting, if all of it is to hold everywhere."""
        if not self.everywhere:
            return self
        share, weight = KEPT_EVERYWHERE
        return replace(
            self,
            replay_share=max(share, self.replay_share),
            keep_weight=max(weight, self.keep_weight),
        )

    def to_dict(self) -> dict[str, Any]:  # Any: plain values of JSON
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain values of JSON
        """Build a configuration from plain values.

        Raises:
            UserError: a name is unknown or a value has the wrong form.
        """
        return build(cls, dict(values), where="the configuration")


_CHOICES: dict[str, type[StrEnum]] = {
    "precision": Precision,
    "accelerator": Accelerator,
    "sampling": Sampling,
    "schedule": Schedule,
    "optimiser": OptimiserName,
    "initial": InitialPart,
    "heat_map_loss": HeatMapLoss,
    "regression_loss": RegressionLoss,
    "identity_loss": IdentityLoss,
    "sampler": SamplerName,
}


def place_paths(values: dict[str, Any], *, beside: Path, data_dir: Path) -> None:  # Any: TOML
    """Make the paths in plain values start where they are meant to, in place.

    Args:
        values: of a `TrainConfig`.
        beside: folder of the configuration.
        data_dir: folder that the data is in.
    """
    for key in ("out_dir", "initial_weights"):
        if isinstance(values.get(key), str):
            values[key] = str(beside / values[key])
    validation = values.get("validation", {})
    judged = validation if isinstance(validation, dict) else {}
    if isinstance(judged.get("sequence"), str):
        judged["sequence"] = str(data_dir / judged["sequence"])
    for entries in (values.get("sources"), judged.get("sources")):
        for source in entries if isinstance(entries, list) else []:
            for key in ("path", "images"):
                if isinstance(source, dict) and isinstance(source.get(key), str):
                    source[key] = str(data_dir / source[key])


def _sources(entries: object, *, where: str) -> tuple[SourceConfig, ...]:
    if not isinstance(entries, list | tuple):
        raise UserError(f"In {where}, a list of tables is expected, not {entries!r}.")
    return tuple(build(SourceConfig, entry, where=where) for entry in entries)
