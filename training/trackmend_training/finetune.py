"""Teach a model from the corrections in a project: its frames, drawn streets, the old answers."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.model import load_checkpoint
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.project import ModelRecord, Project
from trackmend_core.similarity import SamplerName
from trackmend_core.types import RunId
from trackmend_training.config import FinetuneConfig, SourceConfig, TrainConfig
from trackmend_training.datasets.corrected import CorrectedRun, read_corrected_run
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.jde import load_source
from trackmend_training.datasets.labelled import LabelledImage, Material, combine
from trackmend_training.keeping import StayClose
from trackmend_training.protocol import Message
from trackmend_training.trainer import fit

BACKBONE_RATE = 0.2
FROZEN_BLOCKS = 4
CHECKPOINTS_PER_RUN = 4
REPLAY_FRAME_STEP = 6
USUAL_INPUT_WH = (640, 480)
INHERITED_METADATA = ("sources", "licence", "tracker_settings")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrainingSet:
    """What a project teaches.

    Attributes:
        material: the corrected runs' images and the replay.
        corrected_images: how many of them show corrected frames.
        edit_count: corrections behind them.
        fingerprint: of the corrected tracks they were made from.
    """

    material: Material
    corrected_images: int
    edit_count: int
    fingerprint: str


def build_training_set(
    project: Project,
    *,
    run_ids: Sequence[RunId] | None = None,
    folder: Path,
    config: FinetuneConfig,
    reid_dim: int,
) -> TrainingSet:
    """Turn corrected tracks into labelled images, and draw streets to replay.

    Args:
        project: open; only read.
        run_ids: whose layers to learn from; None for the active run of every video.
        folder: receives the images.
        config: how many and which.
        reid_dim: length of the embedding that will be learnt.

    Raises:
        UserError: there is nothing to learn from, or a video cannot be read.
    """
    chosen = list(run_ids) if run_ids is not None else _active_runs(project)
    if not chosen:
        raise UserError(
            "The project has nothing to learn from.", "Run the model on a video and correct it."
        )
    runs = [
        read_corrected_run(
            project,
            run_id,
            folder=folder / f"run{run_id}",
            max_frames=max(1, config.max_frames // len(chosen)),
            frames_around_edit=config.frames_around_edit,
        )
        for run_id in chosen
    ]
    corrected = [_with_fitting_teacher(run, reid_dim=reid_dim) for run in runs]
    parts: list[tuple[Sequence[LabelledImage], float]] = [
        (images, (1 - config.replay_share) * len(images) / sum(map(len, corrected)))
        for images in corrected
    ]
    if config.replay_frames and config.replay_share:
        parts.append((_draw_replay(folder / "replay", config=config), config.replay_share))
    return TrainingSet(
        material=combine(parts),
        corrected_images=sum(map(len, corrected)),
        edit_count=sum(run.edit_count for run in runs),
        fingerprint=project.digest(),
    )


def finetune(
    project_path: Path,
    *,
    out_dir: Path,
    config: FinetuneConfig,
    base: Path | None = None,
    run_ids: Sequence[RunId] | None = None,
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Finetune a model from a project; the project file is not changed.

    Args:
        project_path: the project.
        out_dir: receives images and checkpoints.
        config: how to teach.
        base: the model to begin with; None for the one that made the first run.
        run_ids: see `build_training_set`.
        emit: is told what happens.
        is_cancelled: asked after every step.

    Returns:
        The new model, or None when cancelled before there was a checkpoint.

    Raises:
        UserError: project, video or model cannot be used.
    """
    with Project.open(project_path) as project:
        chosen = list(run_ids) if run_ids is not None else _active_runs(project)
        base = base if base is not None else _model_of_runs(project, chosen)
        model = load_checkpoint(base)
        if model.num_classes != 1:
            raise UserError("Only models of one class can be finetuned.", "Choose another model.")
        training_set = build_training_set(
            project,
            run_ids=chosen,
            folder=out_dir / "images",
            config=config,
            reid_dim=model.reid_dim,
        )
    old = load_checkpoint(base).network
    return fit(
        _train_config(model, base=base, out_dir=out_dir, config=config),
        emit=emit,
        is_cancelled=is_cancelled,
        material=training_set.material,
        metadata=_lineage(model, base=base, project_path=project_path, training_set=training_set),
        extra_loss=StayClose(old, weight=config.keep_weight) if config.keep_weight else None,
    )


def _train_config(
    model: LoadedModel, *, base: Path, out_dir: Path, config: FinetuneConfig
) -> TrainConfig:
    has_backbone = model.arch == "mobilenetv2_fpn"
    return TrainConfig(
        name=f"{model.name} finetuned",
        out_dir=str(out_dir),
        sources=(),
        arch=model.arch,
        reid_dim=model.reid_dim,
        ltrb=model.ltrb,
        sampler=model.metadata.get("sampler", SamplerName.CENTRE),
        initial_weights=str(base),
        crop_wh=config.crop_wh,
        input_wh=model.input_wh or USUAL_INPUT_WH,
        steps=config.steps,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        backbone_rate=BACKBONE_RATE,
        overlap_weight=1.0,
        warmup_steps=min(20, max(1, config.steps // 5)),
        frozen_blocks=FROZEN_BLOCKS if has_backbone else 0,
        freeze_batch_norm=True,
        ema_decay=0.98,
        precision="auto" if has_backbone else "32-true",
        threads=config.threads,
        checkpoint_every=max(1, -(-config.steps // CHECKPOINTS_PER_RUN)),
        seed=config.seed,
    )


def _lineage(
    model: LoadedModel, *, base: Path, project_path: Path, training_set: TrainingSet
) -> dict[str, str]:
    inherited = {key: model.metadata[key] for key in INHERITED_METADATA if key in model.metadata}
    return {
        **inherited,
        "parent": model.name,
        "parent_sha256": hashlib.sha256(base.read_bytes()).hexdigest(),
        "project": project_path.name,
        "data_fingerprint": training_set.fingerprint,
        "corrected_images": str(training_set.corrected_images),
        "edits_used": str(training_set.edit_count),
    }


def _active_runs(project: Project) -> list[RunId]:
    active = (project.active_run(video.video_id) for video in project.videos())
    return [run.run_id for run in active if run is not None]


def _model_of_runs(project: Project, run_ids: Sequence[RunId]) -> Path:
    models: dict[int, ModelRecord] = {model.model_id: model for model in project.models()}
    for run_id in run_ids:
        model_id = project.run(run_id).model_id
        if model_id is not None and models[model_id].path.is_file():
            return models[model_id].path
    raise UserError(
        "The model that made this run is not there any more.", "Name the model to begin with."
    )


def _with_fitting_teacher(run: CorrectedRun, *, reid_dim: int) -> list[LabelledImage]:
    """Drop stored embeddings of another length: the run was made by another model."""
    return [
        replace(image, teacher=None)
        if image.teacher is not None and image.teacher.shape[1] != reid_dim
        else image
        for image in run.images
    ]


def _draw_replay(folder: Path, *, config: FinetuneConfig) -> list[LabelledImage]:
    """Return drawn frames that teach no identity: the old model's embeddings are kept there."""
    for _ in write_drawn_material(
        folder,
        frame_count=config.replay_frames,
        seed=config.seed,
        frame_step=REPLAY_FRAME_STEP,
    ):
        pass
    images = load_source(SourceConfig(path=str(folder)))
    return [replace(image, identities=image.identities * 0 - 1, is_replay=True) for image in images]
