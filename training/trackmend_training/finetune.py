"""Teach a model from the corrections in a project, and judge what became of it."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from torch import Tensor

from trackmend_core.errors import UserError
from trackmend_core.jobs import as_taught
from trackmend_core.jobs.held_out import Judgeable, judgeable
from trackmend_core.model import load_checkpoint, save_model
from trackmend_core.model.colours import COLOUR_SHARE
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.project import ModelRecord, Project
from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, RunId
from trackmend_core.video import open_video
from trackmend_training.as_it_was import project_as_it_is
from trackmend_training.batches import Batch
from trackmend_training.conclude import Conclusion, conclude, refuse_finished
from trackmend_training.config import AugmentConfig, FinetuneConfig, TrainConfig
from trackmend_training.datasets.corrected import corrected_runs
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.keeping import StayClose
from trackmend_training.pace import affordable_steps
from trackmend_training.protocol import IS_NEW, Cancelled, Finished, Message, Noted, Step
from trackmend_training.step import ExtraLoss
from trackmend_training.stretches import StoppedError, judged_run
from trackmend_training.telling_apart import TellApart
from trackmend_training.trainer import fit
from trackmend_training.training_set import (
    TrainingSet,
    build_training_set,
)

CHECKPOINTS_PER_RUN = 4
USUAL_INPUT_WH = (640, 480)
INHERITED_METADATA = ("sources", "licence", "tracker_settings", "sampler", COLOUR_SHARE)
ARCH_WITH_BACKBONE = "mobilenetv2_fpn"
LEARNT_FOLDER = "learnt"
BEGUN_WITH_FILE = "begun_with.safetensors"
"""What the model knew of this scene before, where it was taught here once already."""
RARELY = 0.05
"""Share of people who may be smaller, and larger, than what is practised."""
STANDING_ROTATION_DEG = 1.0
"""A camera that stands still does not turn; turned boxes have sides that are only guessed."""
ROOM = 1.4
"""How much smaller and larger than usual people are shown all the same."""


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
    """Finetune a model from a project as it is now; the project file is not changed.

    Args:
        project_path: the project.
        out_dir: receives images, checkpoints, the model and `report.json` on what changed.
        config: how to teach.
        base: the model to begin with; None for the one that made the first run.
        run_ids: see `build_training_set`.
        emit: is told what happens.
        is_cancelled: asked after every step and, while models are compared, before every frame; it
            may wait, and so pause the run.

    Returns:
        The new model, or None when cancelled before there was a checkpoint.

    Raises:
        UserError: project, video or model cannot be used, or the folder has a finished model.
    """
    refuse_finished(out_dir)
    config = config.guarded()
    with project_as_it_is(project_path, folder=out_dir) as project:
        chosen = list(run_ids or corrected_runs(project, tell=lambda text: emit(Noted(text=text))))
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
        lineage = _lineage(model, base=base, project_path=project_path, training_set=training_set)
        begun_with, model = _as_known_here(
            model, base=base, project=project, training_set=training_set, out_dir=out_dir
        )
        enough = judgeable(
            project,
            judged_run(training_set).run_id,
            needed=config.fewest_boxes,
            share=config.held_out_share,
        )
        learnt = None
        if enough.is_enough:
            learnt = _learn(
                model,
                training_set,
                base=begun_with,
                out_dir=out_dir,
                config=replace(config, steps=config.steps_for(enough.trusted_frames)),
                lineage=lineage,
                emit=emit,
                is_cancelled=is_cancelled,
            )
        else:
            emit(Noted(text=too_short(enough)))
        if (enough.is_enough and learnt is None) or is_cancelled():
            emit(Cancelled(path=None if learnt is None else str(learnt)))
            return learnt
        emit(Noted(text="Comparing the new model with the old one."))
        try:
            conclusion = conclude(
                project,
                training_set,
                base=base,
                begun_with=begun_with,
                learnt=learnt,
                out_dir=out_dir,
                config=config,
                lineage=lineage,
                is_cancelled=is_cancelled,
            )
        except StoppedError:
            emit(Cancelled(path=None if learnt is None else str(learnt)))
            return learnt
    emit(Finished(path=str(conclusion.model_path), summary=_summary(conclusion)))
    return conclusion.model_path


def _as_known_here(
    model: LoadedModel,
    *,
    base: Path,
    project: Project,
    training_set: TrainingSet,
    out_dir: Path,
) -> tuple[Path, LoadedModel]:
    """Return what to begin with: the model, or what it has learnt in this scene before."""
    if not model.scenes:
        return base, model
    record = project.run(judged_run(training_set).run_id)
    with open_video(project.locate_video(record.video_id)) as video:
        here = as_taught(model, video)
    if not here.is_at_taught_scene:
        return base, model
    path = out_dir / BEGUN_WITH_FILE
    save_model(path, replace(here, scenes=()), metadata={"name": here.name, **here.metadata})
    return path, here


def too_short(enough: Judgeable) -> str:
    """Return why the network will not change, and what would let it."""
    return (
        f"Only {enough.boxes} corrected boxes can be held out, and it takes {enough.needed} to "
        "tell a better network from a lucky one: the network stays as it is, and only the "
        f"tracker's settings are fitted. About {enough.still_missing} more corrected boxes are "
        "enough."
    )


def _learn(
    model: LoadedModel,
    training_set: TrainingSet,
    *,
    base: Path,
    out_dir: Path,
    config: FinetuneConfig,
    lineage: Mapping[str, str],
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool],
) -> Path | None:
    """Train, not longer than is allowed; return the model or the last checkpoint."""
    limit = _Limit(minutes=config.max_minutes, is_cancelled=is_cancelled)
    extra_loss = _extra_loss(base, training_set, config)
    run = train_config(
        model,
        base=base,
        out_dir=out_dir / LEARNT_FOLDER,
        config=config,
        person_height_px=usual_heights(training_set, input_wh=model.input_wh),
    )

    def try_steps(count: int, after_each: Callable[[], None]) -> None:
        with TemporaryDirectory(prefix="trackmend-pace-") as folder:
            fit(
                replace(run, out_dir=folder, steps=count, checkpoint_every=count),
                emit=lambda message: after_each() if isinstance(message, Step) else None,
                is_cancelled=is_cancelled,
                material=training_set.material,
                extra_loss=extra_loss,
            )

    steps = affordable_steps(run.steps, minutes=config.max_minutes, do_steps=try_steps)
    if steps < run.steps:
        emit(
            Noted(
                text=f"{steps} steps instead of {run.steps}: more do not fit into "
                f"{config.max_minutes:g} minutes on this machine."
            )
        )
        run = train_config(
            model,
            base=base,
            out_dir=out_dir / LEARNT_FOLDER,
            config=replace(config, steps=steps),
            person_height_px=run.augment.person_height_px,
        )

    def pass_on(message: Message) -> None:
        # The end of training is not yet the end of the run: the new model is still to be judged.
        if not isinstance(message, Finished | Cancelled):
            emit(message)

    return fit(
        run,
        emit=pass_on,
        is_cancelled=limit.is_reached,
        material=training_set.material,
        metadata=dict(lineage),
        extra_loss=extra_loss,
    )


class _Limit:
    """Ends a run that was cancelled or has had its time; waiting does not count."""

    def __init__(self, *, minutes: float, is_cancelled: Callable[[], bool]) -> None:
        self._left_s = minutes * 60
        self._is_cancelled = is_cancelled
        self._since: float | None = None

    def is_reached(self) -> bool:
        now = time.monotonic()
        if self._since is not None:
            self._left_s -= now - self._since
        cancelled = self._is_cancelled()
        self._since = time.monotonic()
        return cancelled or self._left_s <= 0


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """Several additional losses as one."""

    losses: tuple[ExtraLoss, ...]

    def __call__(self, batch: Batch, heads: dict[str, Tensor]) -> Tensor:
        total = heads["hm"].sum() * 0.0
        for loss in self.losses:
            total = total + loss(batch, heads)
        return total


def _extra_loss(base: Path, training_set: TrainingSet, config: FinetuneConfig) -> ExtraLoss | None:
    losses: list[ExtraLoss] = []
    if config.keep_weight:
        losses.append(StayClose(load_checkpoint(base).network, weight=config.keep_weight))
    if config.apart_weight:
        losses.append(TellApart(weight=config.apart_weight, hard_pairs=training_set.hard_pairs))
    return _Sum(tuple(losses)) if losses else None


def usual_heights(
    training_set: TrainingSet, *, input_wh: tuple[int, int] | None
) -> tuple[float, float] | None:
    """Return how high people stand in the network's input, nearly all of them, with some room.

    A camera that stands still shows people in few sizes. Practising the others costs steps that
    this place has no use for; what the model knows of them is kept by replay.

    Returns:
        None where nobody is in the corrected frames.
    """
    heights: list[FloatArray] = []
    for run in training_set.runs:
        for image in run.images:
            width, height = read_image_size(image.path) or USUAL_INPUT_WH
            wide, high = input_wh or USUAL_INPUT_WH
            scale = min(wide / width, high / height)
            heights.append((image.boxes_xyxy[:, 3] - image.boxes_xyxy[:, 1]) * scale)
    every = np.concatenate(heights) if heights else np.zeros(0, np.float32)
    if not len(every):
        return None
    low, high = np.quantile(every, (RARELY, 1 - RARELY)).tolist()
    return (low / ROOM, high * ROOM)


def train_config(
    model: LoadedModel,
    *,
    base: Path,
    out_dir: Path,
    config: FinetuneConfig,
    person_height_px: tuple[float, float] | None = None,
) -> TrainConfig:
    """Return the training run that a finetuning does.

    Args:
        model: the old one.
        base: its file.
        out_dir: receives checkpoints.
        config: how to teach.
        person_height_px: see `usual_heights`; None for every size.
    """
    steps = config.steps_for(0)
    still = AugmentConfig(rotation_deg=STANDING_ROTATION_DEG, shear_deg=0.0)
    has_backbone = model.arch == ARCH_WITH_BACKBONE
    return TrainConfig(
        name=f"{model.name} finetuned",
        out_dir=str(out_dir),
        sources=(),
        arch=model.arch,
        reid_dim=model.reid_dim,
        ltrb=model.ltrb,
        initial_weights=str(base),
        crop_wh=config.crop_wh,
        input_wh=model.input_wh or USUAL_INPUT_WH,
        steps=steps,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        backbone_rate=config.backbone_rate,
        sampler=model.metadata.get("sampler", SamplerName.CENTRE),
        overlap_weight=1.0,
        warmup_steps=min(20, max(1, steps // 5)),
        frozen_blocks=config.frozen_blocks if has_backbone else 0,
        freeze_batch_norm=True,
        ema_decay=0.98,
        precision="auto" if has_backbone else "32-true",
        threads=config.threads,
        checkpoint_every=max(1, -(-steps // CHECKPOINTS_PER_RUN)),
        seed=config.seed,
        augment=still
        if person_height_px is None
        else replace(still, person_height_px=person_height_px),
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
        "learnt_from": json.dumps(training_set.origins),
    }


def _model_of_runs(project: Project, run_ids: Sequence[RunId]) -> Path:
    models: dict[int, ModelRecord] = {model.model_id: model for model in project.models()}
    for run_id in run_ids:
        model_id = project.run(run_id).model_id
        if model_id is not None and models[model_id].path.is_file():
            return models[model_id].path
    raise UserError(
        "The model that made this run is not there any more.", "Name the model to begin with."
    )


def _summary(conclusion: Conclusion) -> dict[str, float | str]:
    report = conclusion.report
    return {
        "verdict": str(report.verdict),
        "reason": report.reason,
        "report": str(conclusion.report_path),
        "idf1_change": report.changes.idf1.value,
        "hota_change": report.changes.hota.value,
        "id_switches_change": report.changes.id_switches.value,
        "blend": report.blend,
        IS_NEW: float(conclusion.is_new),
    }
