"""Settings of the bundled model, `trackmend-light`."""

from pathlib import Path

from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig

MODEL_NAME = "trackmend-light"
BACKBONE = "weights/mobilenetv2/mobilenetv2_torchvision_features.pth"
SHARES = {"street": 0.62, "coco": 0.18, "clip": 0.06, "drawn": 0.14}


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
        steps=6000,
        batch_size=8,
        learning_rate=6e-4,
        backbone_rate=0.5,
        warmup_steps=150,
        frozen_blocks=4,
        ema_decay=0.998,
        teacher_weight=2.0,
        precision="bf16-mixed",
        accelerator="cpu",
        threads=2,
        workers=1,
        checkpoint_every=250,
        augment=AugmentConfig(),
    )
