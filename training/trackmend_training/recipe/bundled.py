"""Settings of the bundled model, `trackmend-light`."""

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import torch
from torch import nn

from trackmend_core.model import load_checkpoint, save_model
from trackmend_core.model.colours import COLOURS, ColourSignature
from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig
from trackmend_training.datasets.gather import gather_material
from trackmend_training.protocol import Message, Step
from trackmend_training.recipe.asked import AskedTeacher, WhoseTeacher, stream_dressed
from trackmend_training.recipe.dressed import known_people
from trackmend_training.recipe.material import PROJECTION_FILE
from trackmend_training.teacher import Projection
from trackmend_training.trainer import fit

MODEL_NAME = "trackmend-light"
MODEL_FILE_NAME = f"{MODEL_NAME}.safetensors"
BACKBONE = "weights/mobilenetv2/mobilenetv2_torchvision_features.pth"
TRACKER_SETTINGS = {
    "score_threshold": 0.5,
    "birth_score_threshold": 0.5,
    "appearance_cost_max": 0.45,
}
"""What suits the model: its scores run high, and below 0.45 it reports people behind windows; half
of a cosine are colours, which light and folds change, so one person may differ by a bit more."""
SHARES = {"street": 0.62, "coco": 0.18, "clip": 0.06, "drawn": 0.14}
DRESSED_STOP = 1000
"""The second part ends at this step, with the moving average of its weights: later it got worse on
real videos, while drawn ones still gained."""
DRESSED_SHARES = {"street": 0.58, "coco": 0.2, "clip": 0.05, "drawn": 0.17}

SOURCES = (
    "street photos with teacher labels; COCO person subset; Intel one-by-one clip (CC BY 4.0);"
    " drawn streets; ImageNet backbone; teachers YOLOX-nano, pedestrian-detection-adas-0002,"
    " person-reidentification-retail-0287"
)


def _sources(material_dir: Path, shares: Mapping[str, float]) -> tuple[SourceConfig, ...]:
    return tuple(
        SourceConfig(path=str(material_dir / part), share=share) for part, share in shares.items()
    )


def bundled_config(*, data_dir: Path, material_dir: Path, out_dir: Path) -> TrainConfig:
    """Return the run that made the bundled model.

    Args:
        data_dir: the training data, for the ImageNet weights of the backbone.
        material_dir: what `prepare_material` wrote.
        out_dir: receives checkpoints.
    """
    return TrainConfig(
        name=MODEL_NAME,
        out_dir=str(out_dir),
        sources=_sources(material_dir, SHARES),
        initial_weights=str(data_dir / BACKBONE),
        reid_dim=128,
        crop_wh=(352, 448),
        input_wh=(640, 480),
        steps=4000,
        batch_size=8,
        learning_rate=6e-4,
        backbone_rate=0.5,
        warmup_steps=150,
        frozen_blocks=4,
        ema_decay=0.998,
        overlap_weight=1.0,
        teacher_weight=2.0,
        precision="bf16-mixed",
        accelerator="cpu",
        threads=2,
        workers=1,
        checkpoint_every=250,
        augment=AugmentConfig(),
    )


def dressed_config(*, first: Path, material_dir: Path, out_dir: Path) -> TrainConfig:
    """Return the second part of that run: people in ever other clothes, see `plans`.

    Args:
        first: the model that the first part gave.
        material_dir: what `prepare_material` wrote.
        out_dir: receives checkpoints.
    """
    return TrainConfig(
        name=MODEL_NAME,
        out_dir=str(out_dir),
        sources=_sources(material_dir, DRESSED_SHARES),
        initial_weights=str(first),
        reid_dim=128,
        crop_wh=(352, 448),
        input_wh=(640, 480),
        steps=2700,
        batch_size=64,
        max_objects=40,
        learning_rate=1e-3,
        backbone_rate=0.5,
        warmup_steps=300,
        ema_decay=0.999,
        overlap_weight=1.0,
        teacher_weight=2.0,
        precision="auto",
        accelerator="auto",
        workers=max((os.cpu_count() or 2) - 1, 1),
        checkpoint_every=500,
        augment=AugmentConfig(),
    )


def train_dressed(
    config: TrainConfig,
    *,
    network: nn.Module,
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Do the second part.

    Args:
        config: from `dressed_config`.
        network: the re-ID teacher, from `read_openvino`.
        emit: is told what happens.
        is_cancelled: asked after every step.

    Returns:
        The model, or None when cancelled before the first step.
    """
    done = 0

    def count(message: Message) -> None:
        nonlocal done
        if isinstance(message, Step):
            done = message.step
        emit(message)

    material = known_people(gather_material(config), reid_dim=config.reid_dim)
    on_gpu = config.accelerator in ("auto", "cuda") and torch.cuda.is_available()
    teacher = AskedTeacher(
        network,
        Projection.load(Path(config.sources[0].path) / PROJECTION_FILE),
        torch.device("cuda" if on_gpu else "cpu"),
    )
    return fit(
        config,
        emit=count,
        is_cancelled=lambda: done >= DRESSED_STOP or is_cancelled(),
        material=material,
        extra_loss=WhoseTeacher(weight=1.0),
        stream=partial(stream_dressed, teacher=teacher),
    )


def export_bundled(trained: Path, path: Path, *, colours: ColourSignature) -> None:
    """Write a trained model as it is shipped: float16, with its sources and licence named.

    Args:
        trained: the `model.safetensors` of the run.
        path: where to.
        colours: from `fit_colours`.
    """
    model = load_checkpoint(trained)
    model.network.add_module(COLOURS, colours)
    save_model(
        path,
        model,
        metadata={
            "name": MODEL_NAME,
            "step": model.metadata["step"],
            "sources": SOURCES,
            "tracker_settings": json.dumps(TRACKER_SETTINGS),
            "licence": "Apache-2.0 for the weights; see the model card for the sources' own",
        },
        half=True,
    )
