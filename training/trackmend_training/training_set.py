"""What a project teaches: frames of its corrected runs, drawn streets to replay, and why each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.types import RunId
from trackmend_training.config import FinetuneConfig, SourceConfig
from trackmend_training.datasets.corrected import CorrectedRun, corrected_runs, read_corrected_run
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.jde import load_source
from trackmend_training.datasets.labelled import LabelledImage, Material

REPLAY_FRAME_STEP = 6
SAMPLES_FILE = "samples.json"
EVERYWHERE_XYXY = np.array([[-1e5, -1e5, 1e5, 1e5]], np.float32)
"""Larger than any picture, on all sides, so that no turning uncovers a corner."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrainingSet:
    """What a project teaches.

    Attributes:
        material: the corrected runs' images and the replay.
        runs: what each run gave.
        hard_pairs: classes of people who were taken for one another.
        fingerprint: of the corrected tracks they were made from.
    """

    material: Material
    runs: tuple[CorrectedRun, ...]
    hard_pairs: frozenset[tuple[int, int]]
    fingerprint: str

    @property
    def corrected_images(self) -> int:
        """Return how many images show frames of the project."""
        return sum(len(run.images) for run in self.runs)

    @property
    def edit_count(self) -> int:
        """Return how many corrections are behind them."""
        return sum(run.edit_count for run in self.runs)

    @property
    def origins(self) -> list[str]:
        """Return everything that samples were chosen for, by name, each once."""
        return list(dict.fromkeys(o for run in self.runs for s in run.samples for o in s.origins))


def build_training_set(
    project: Project,
    *,
    run_ids: Sequence[RunId] | None = None,
    folder: Path,
    config: FinetuneConfig,
    reid_dim: int,
) -> TrainingSet:
    """Turn corrected tracks into labelled images, and draw streets to replay.

    Beside the images `samples.json` says of each why it was chosen, down to the edit.

    Args:
        project: open; only read.
        run_ids: whose layers to learn from, one of a video; None for `corrected_runs`.
        folder: receives the images.
        config: how many and which.
        reid_dim: length of the embedding that will be learnt.

    Raises:
        UserError: there is nothing to learn from, two runs are of one video, or one cannot be read.
    """
    chosen = list(run_ids) if run_ids is not None else corrected_runs(project)
    if not chosen:
        raise UserError(
            "The project has nothing to learn from.", "Run the model on a video and correct it."
        )
    if len({project.run(run_id).video_id for run_id in chosen}) < len(chosen):
        # What one of them learns from would judge the other, and its people be others to it.
        raise UserError(
            "Two of the runs to learn from are of the same video.", "Name one run of each video."
        )
    runs = tuple(
        read_corrected_run(
            project,
            run_id,
            folder=folder / f"run{run_id}",
            max_frames=max(1, config.max_frames // len(chosen)),
            frames_around_edit=config.frames_around_edit,
            held_out_share=config.held_out_share,
        )
        for run_id in chosen
    )
    if not any(run.images for run in runs):
        raise UserError(
            "No frame is left to learn from.", "Correct or verify more frames of the video."
        )
    _write_samples(folder / SAMPLES_FILE, runs)
    replay = _replay(folder / "replay", config=config) if config.replay_share else []
    material, hard_pairs = _combine(runs, replay, config=config, reid_dim=reid_dim)
    return TrainingSet(
        material=material, runs=runs, hard_pairs=hard_pairs, fingerprint=project.digest()
    )


def _combine(
    runs: Sequence[CorrectedRun],
    replay: Sequence[LabelledImage],
    *,
    config: FinetuneConfig,
    reid_dim: int,
) -> tuple[Material, frozenset[tuple[int, int]]]:
    """Give the people of all runs a class each, and every image its share."""
    images: list[LabelledImage] = []
    weights: list[float] = []
    pairs: set[tuple[int, int]] = set()
    offset = 0
    for run in runs:
        for image, sample in zip(run.images, run.samples, strict=True):
            fitting = image
            if image.teacher is not None and image.teacher.shape[1] != reid_dim:
                # The run was made by another model: its embeddings mean nothing to this one.
                fitting = replace(image, teacher=None)
            images.append(fitting.with_identities_from(offset))
            weights.append(sample.weight)
        pairs |= {(first + offset, second + offset) for first, second in run.hard_pairs}
        offset += len(run.identity_of)
    shares = np.asarray(weights) / sum(weights)
    if replay:
        shares *= 1 - config.replay_share
        images += replay
        shares = np.append(shares, np.full(len(replay), config.replay_share / len(replay)))
    material = Material(images=tuple(images), shares=shares, identity_count=offset)
    return material, frozenset(pairs)


def _write_samples(path: Path, runs: Sequence[CorrectedRun]) -> None:
    listed = [
        {
            "run_id": run.run_id,
            "frame_index": sample.frame_index,
            "weight": sample.weight,
            "origins": sample.origins,
            "image": f"run{run.run_id}/{image.path.name}",
        }
        for run in runs
        for sample, image in zip(run.samples, run.images, strict=True)
    ]
    path.write_text(json.dumps(listed, indent=1), encoding="utf-8")


def _replay(folder: Path, *, config: FinetuneConfig) -> list[LabelledImage]:
    """Return pictures by which the old model's answers are kept: drawn streets, given photographs.

    Photographs have no labels; nothing but the old answers is learnt there.
    """
    given = sorted(Path(config.replay_dir).glob("*.jpg")) if config.replay_dir else []
    if config.replay_dir and not given:
        raise UserError(
            f"There is no photograph (.jpg) in {config.replay_dir} to keep the old answers on.",
            "Name another folder by --replay-dir, or leave it out.",
        )
    photographs = [_unlabelled(path) for path in given]
    return [*photographs, *_draw_replay(folder, config=config)]


def _unlabelled(path: Path) -> LabelledImage:
    """Return a picture of which nobody has said what is in it."""
    return LabelledImage(
        path=path,
        boxes_xyxy=np.zeros((0, 4), np.float32),
        identities=np.zeros(0, np.int64),
        ignored_xyxy=EVERYWHERE_XYXY,
        is_replay=True,
    )


def _draw_replay(folder: Path, *, config: FinetuneConfig) -> list[LabelledImage]:
    """Return drawn frames that teach no identity: the old model's embeddings are kept there."""
    if not config.replay_frames:
        return []
    for _ in write_drawn_material(
        folder,
        frame_count=config.replay_frames,
        seed=config.seed,
        frame_step=REPLAY_FRAME_STEP,
    ):
        pass
    images = load_source(SourceConfig(path=str(folder)))
    return [replace(image, identities=image.identities * 0 - 1, is_replay=True) for image in images]
