"""What an ablation trains with: the paper's run on a GPU, a small one elsewhere, or one's own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trackmend_core.errors import UserError
from trackmend_core.jobs.judge_model import JudgedPart
from trackmend_core.jobs.sequence_truth import GROUND_TRUTH
from trackmend_training.choices import (
    AugmentStyle,
    InitialPart,
    OptimiserName,
    Part,
    Sampling,
    Schedule,
)
from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig, ValidationConfig
from trackmend_training.datasets.motchallenge import recording_of, sequences_in
from trackmend_training.settings import override

PAPER_THRESHOLD = 0.4
SMALL_STEPS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRequest:
    """What was asked for.

    Attributes:
        table: name or number.
        data: what to learn from; sequences are learnt from by their first halves.
        judge_by: sequences to judge by; none takes the second halves of the data's.
        out: receives every row's run, and `ablation.json`.
        config: the run that the rows are changes of; None for `usual_config`.
        weights: files to begin with, by architecture.
        changes: `key=value`, for every row.
        score_threshold: of the tracker.
    """

    table: str
    data: tuple[Path, ...]
    judge_by: tuple[Path, ...]
    out: Path
    config: Path | None
    weights: Mapping[str, Path]
    changes: tuple[str, ...]
    score_threshold: float = PAPER_THRESHOLD


def usual_config(*, on_gpu: bool, bundled: Path) -> TrainConfig:
    """Return the run that rows are changes of.

    With a graphics card it is the official one: DLA-34, 1088x608, 30 epochs, Adam at 1e-4. Without
    one that would take weeks, so the light network goes on from the backbone that is shipped, for a
    few hundred steps on small crops.
    """
    if not on_gpu:
        return TrainConfig(
            name="ablation",
            out_dir="",
            sources=(),
            initial_weights=str(bundled),
            initial=InitialPart.BACKBONE,
            crop_wh=(320, 256),
            steps=SMALL_STEPS,
            batch_size=4,
            warmup_steps=20,
            ema_decay=0.98,
            max_objects=100,
        )
    return TrainConfig(
        name="ablation",
        out_dir="",
        sources=(),
        arch="dla34",
        crop_wh=(1088, 608),
        input_wh=(1088, 608),
        epochs=30,
        drop_at=(20,),
        batch_size=12,
        sampling=Sampling.SHUFFLE,
        optimiser=OptimiserName.ADAM,
        schedule=Schedule.STEP,
        learning_rate=1e-4,
        backbone_rate=1.0,
        weight_decay=0.0,
        warmup_steps=0,
        gradient_clip=0.0,
        ema_decay=0.0,
        max_objects=500,
        precision="auto",
        workers=8,
        checkpoint_every=1000,
        augment=AugmentConfig(style=AugmentStyle.FAIRMOT, hue_shift=0.0, value_gain=0.5),
    )


def base_config(request: AblationRequest, *, on_gpu: bool, bundled: Path) -> TrainConfig:
    """Return the run with its sources and the changes that hold for every row.

    Raises:
        UserError: the configuration cannot be read, or a change is none.
    """
    if request.config is not None:
        base = TrainConfig.from_toml(request.config)
    else:
        base = usual_config(on_gpu=on_gpu, bundled=bundled)
    values: dict[str, Any] = base.to_dict()  # Any: values of TOML
    values["sources"] = [dict(one) for one in values["sources"]]
    override(values, request.changes)
    changed = replace(TrainConfig.from_dict(values), validation=ValidationConfig())
    if not request.data:
        return changed
    part = Part.ALL if request.judge_by else Part.FIRST_HALF
    sources = tuple(SourceConfig(path=str(path), part=part) for path in request.data)
    return replace(changed, sources=sources)


def judged_parts(request: AblationRequest) -> list[JudgedPart]:
    """Return the frames to judge by, none of which is learnt from.

    Raises:
        UserError: what was named is not there, has no ground truth, or is learnt from.
    """
    for path in (*request.data, *request.judge_by):
        if not path.exists():
            raise UserError(f"There is no {path}.", "Correct the path, and ask again.")
    if request.judge_by:
        learnt = {recording_of(folder) for path in request.data for folder in sequences_in(path)}
        for folder in request.judge_by:
            if recording_of(folder) in learnt:
                raise UserError(
                    f"{folder.name} is learnt from; it cannot be judged by as well.",
                    "Leave out --judge: then first halves are learnt from, second ones judged by.",
                )
            if not (folder / GROUND_TRUTH).is_file():
                raise UserError(
                    f"{folder} has no ground truth.", "Name MOTChallenge folders with gt/gt.txt."
                )
        return [JudgedPart(folder=folder) for folder in request.judge_by]
    found = [folder for path in request.data for folder in sequences_in(path)]
    if not found:
        raise UserError(
            "There is no sequence to judge by.",
            "Give MOTChallenge folders with gt/gt.txt and img1, or name some with --judge.",
        )
    return [JudgedPart(folder=folder, is_second_half=True) for folder in found]


def require_weights(request: AblationRequest, *, archs: Collection[str]) -> None:
    """Check the weights that were named before anything is trained, the last row's as well.

    Raises:
        UserError: a file is not there, or is for a network that no row has.
    """
    for arch, path in request.weights.items():
        if arch not in archs:
            raise UserError(
                f"No row of this table has the network “{arch}” that weights are given for.",
                f"Its networks are: {', '.join(sorted(archs))}.",
            )
        if not path.is_file():
            raise UserError(
                f"The weights {path} for {arch} are not there.", "Check the path, or leave it out."
            )


def describe_data(request: AblationRequest, parts: Sequence[JudgedPart]) -> dict[str, object]:
    """Return what is learnt from and judged by, in plain words for the report."""
    halves = not request.judge_by
    return {
        "learnt_from": [f"{path.name}{', first half' * halves}" for path in request.data],
        "judged_by": [f"{one.folder.name}{', second half' * halves}" for one in parts],
    }
