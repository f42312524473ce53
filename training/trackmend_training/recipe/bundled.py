"""Settings of the bundled model, `trackmend-light`."""

import json
from pathlib import Path

from trackmend_core.model import load_checkpoint, save_model
from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig

MODEL_NAME = "trackmend-light"
MODEL_FILE_NAME = f"{MODEL_NAME}.safetensors"
BACKBONE = "weights/mobilenetv2/mobilenetv2_torchvision_features.pth"
TRACKER_SETTINGS = {"score_threshold": 0.45, "birth_score_threshold": 0.45}
"""What suits the model: its scores run high, and below 0.45 it reports people behind windows."""
SHARES = {"street": 0.62, "coco": 0.18, "clip": 0.06, "drawn": 0.14}

SOURCES = (
    "street photos with teacher labels; COCO person subset; Intel one-by-one clip (CC BY 4.0);"
    " drawn streets; ImageNet backbone; teachers YOLOX-nano, pedestrian-detection-adas-0002,"
    " person-reidentification-retail-0287"
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
        sources=tuple(
            SourceConfig(path=str(material_dir / part), share=share)
            for part, share in SHARES.items()
        ),
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


def export_bundled(trained: Path, path: Path) -> None:
    """Write a trained model as it is shipped: float16, with its sources and licence named.

    Args:
        trained: the `model.safetensors` of the run.
        path: where to.
    """
    model = load_checkpoint(trained)
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
