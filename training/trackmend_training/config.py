"""Settings of a training run: frozen values, read from TOML, stored in the checkpoint; no torch."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self, TypeVar

from trackmend_core.errors import UserError

STRIDE = 4
PRECISIONS = ("auto", "32-true", "bf16-mixed")
ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One folder (or list file) of labelled images.

    Attributes:
        path: a folder with `images` and `labels_with_ids`, or a list of image paths, one a line.
        share: how often images are drawn from here, relative to the other sources.
        own_identity_per_box: boxes without identity become a class each (FairMOT section 4.4).
    """

    path: str
    share: float = 1.0
    own_identity_per_box: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """How an image is changed before it is learnt from.

    Attributes:
        person_height_px: smallest and largest height that the person in the middle is scaled to.
        scale_limits: source to input scale, however the person would be scaled.
        centre_on_person: share of crops around a person; the rest are around a random point.
        rotation_deg: largest angle to either side.
        shear_deg: largest shear along either axis.
        flip: share mirrored left to right.
        hue_shift: largest shift of hue, in degrees.
        saturation_gain: largest relative change.
        value_gain: largest relative change.
        grey: share without colour.
        blur: share blurred or sent through a smaller picture.
        compress: share sent through strong JPEG compression.
        occlude: share of images in which people are partly covered by other people's pictures.
        min_visible: boxes of which less remains inside the crop are left out of the loss.
    """

    person_height_px: tuple[float, float] = (55.0, 360.0)
    scale_limits: tuple[float, float] = (0.4, 3.0)
    centre_on_person: float = 0.8
    rotation_deg: float = 5.0
    shear_deg: float = 2.0
    flip: float = 0.5
    hue_shift: float = 12.0
    saturation_gain: float = 0.5
    value_gain: float = 0.4
    grey: float = 0.05
    blur: float = 0.25
    compress: float = 0.15
    occlude: float = 0.3
    min_visible: float = 0.35


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
        steps: optimiser steps.
        batch_size: images a step.
        learning_rate: at its highest.
        backbone_rate: of the backbone, relative to `learning_rate`.
        warmup_steps: linear rise at the start; a cosine falls to zero after it.
        weight_decay: AdamW's, for weights of convolutions only.
        frozen_blocks: first blocks of the backbone that stay as they are.
        freeze_batch_norm: keep the running statistics as they are.
        gradient_clip: largest norm of the gradient.
        ema_decay: of the moving average that is saved; 0 saves the last weights.
        size_weight: weight of the box loss.
        overlap_weight: weight of the boxes' overlap, a loss that FairMOT has not.
        teacher_weight: weight of the re-ID teacher's embeddings, where the sources have them.
        uncertainty: learn the balance of detection and identity (equation 5).
        max_objects: slots for objects in one image.
        precision: "32-true", "bf16-mixed", or "auto" for what the device is quick at.
        accelerator: Lightning Fabric's, "auto", "cpu", "cuda" or "mps".
        threads: of torch on the CPU, 0 for its own choice.
        workers: processes that prepare images; 0 does it in between.
        checkpoint_every: steps between checkpoints.
        seed: of everything random.
        augment: how images are changed.
    """

    out_dir: str
    sources: tuple[SourceConfig, ...]
    name: str = "model"
    arch: str = "mobilenetv2_fpn"
    reid_dim: int = 128
    ltrb: bool = True
    initial_weights: str | None = None
    crop_wh: tuple[int, int] = (352, 448)
    input_wh: tuple[int, int] = (640, 480)
    steps: int = 1000
    batch_size: int = 8
    learning_rate: float = 4e-4
    backbone_rate: float = 0.5
    warmup_steps: int = 100
    weight_decay: float = 0.01
    frozen_blocks: int = 0
    freeze_batch_norm: bool = False
    gradient_clip: float = 10.0
    ema_decay: float = 0.998
    size_weight: float = 0.1
    overlap_weight: float = 0.0
    teacher_weight: float = 0.0
    uncertainty: bool = True
    max_objects: int = 100
    precision: str = "32-true"
    accelerator: str = "auto"
    threads: int = 0
    workers: int = 0
    checkpoint_every: int = 200
    seed: int = 317
    augment: AugmentConfig = AugmentConfig()

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1:
            raise UserError("A training run needs at least one step and one image a step.")
        if self.precision not in PRECISIONS:
            raise UserError(
                f"“{self.precision}” is no precision.", f"Choose one of {', '.join(PRECISIONS)}."
            )
        if any(side < 32 or side % 32 for side in (*self.crop_wh, *self.input_wh)):
            raise UserError(
                f"Sizes must be multiples of 32, not {self.crop_wh} and {self.input_wh}.",
                "Change crop_wh or input_wh in the configuration.",
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
        sources = prepared.pop("sources", ())
        augment = prepared.pop("augment", {})
        prepared["sources"] = tuple(
            _build(SourceConfig, entry, where="sources") for entry in sources
        )
        prepared["augment"] = _build(AugmentConfig, augment, where="augment")
        return _build(cls, prepared, where="the configuration")

    @classmethod
    def from_toml(cls, path: Path) -> Self:
        """Read a configuration; paths of sources are relative to the file.

        Raises:
            UserError: the file cannot be read or is not a configuration.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UserError(f"The configuration {path} cannot be read.", str(error)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"The configuration {path} is not valid TOML.", str(error)) from error
        for key in ("out_dir", "initial_weights"):
            if isinstance(values.get(key), str):
                values[key] = str(path.parent / values[key])
        for source in values.get("sources", ()):
            if isinstance(source, dict) and isinstance(source.get("path"), str):
                source["path"] = str(path.parent / source["path"])
        return cls.from_dict(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """How a model is taught from the corrections in one project.

    Attributes:
        steps: optimiser steps.
        batch_size: images a step.
        learning_rate: at its highest; the backbone learns at a fifth of it.
        max_frames: frames taken from the video, those around corrections first.
        frames_around_edit: frames taken to either side of a corrected frame.
        replay_share: share of drawn street scenes, against forgetting.
        replay_frames: how many of them.
        keep_weight: weight of staying close to the old model's answers on the replay.
        crop_wh: size of the training crops.
        threads: of torch on the CPU, 0 for its own choice.
        seed: of everything random.
    """

    steps: int = 200
    batch_size: int = 6
    learning_rate: float = 1e-4
    max_frames: int = 120
    frames_around_edit: int = 8
    replay_share: float = 0.3
    replay_frames: int = 40
    keep_weight: float = 1.0
    crop_wh: tuple[int, int] = (352, 448)
    threads: int = 0
    seed: int = 317

    def to_dict(self) -> dict[str, Any]:  # Any: plain values of JSON
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain values of JSON
        """Build a configuration from plain values.

        Raises:
            UserError: a name is unknown or a value has the wrong form.
        """
        return _build(cls, dict(values), where="the configuration")


def _build(kind: type[ConfigT], values: object, *, where: str) -> ConfigT:
    """Make a dataclass from plain values, lists becoming tuples."""
    if not isinstance(values, Mapping):
        raise UserError(f"In {where}, a table is expected, not {values!r}.")
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise UserError(
            f"In {where}, {', '.join(unknown)} is not a setting.",
            f"Settings are: {', '.join(sorted(known))}.",
        )
    plain = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    try:
        return kind(**plain)
    except TypeError as error:
        raise UserError(f"In {where}, something is missing or misplaced.", str(error)) from error
