"""The end of a finetuning: how much of the change to keep, and the report on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.jobs import recommended_settings, scene_shown
from trackmend_core.jobs.recommended import METADATA_KEY
from trackmend_core.model import (
    Detector,
    LoadedModel,
    TaughtScene,
    difference,
    kept_scenes,
    load_checkpoint,
    save_model,
    with_scene,
)
from trackmend_core.model.colours import COLOUR_SHARE
from trackmend_core.model.layout import LAYOUT_LENGTH
from trackmend_core.model.scenes import MOST_VIDEOS
from trackmend_core.project import Project
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import FloatArray
from trackmend_core.video import open_video
from trackmend_training.association import Association, see, ways_to_associate
from trackmend_training.blending import ANY_LOSS, FREE_LOSS, UNCHANGED, Blend, blended, choose_blend
from trackmend_training.checkpoints import MODEL_FILE
from trackmend_training.config import FinetuneConfig
from trackmend_training.datasets.corrected import CorrectedRun
from trackmend_training.judging import Answer, JudgedStretch, answer, drawn_stretch
from trackmend_training.stretches import (
    corrected_stretch,
    judged_run,
    judged_stretch,
    learnt_stretch,
    watched,
)
from trackmend_training.training_set import TrainingSet
from trackmend_training.what_changed import NOTICEABLE, WhatChanged, what_changed

REPORT_FILE = "report.json"
CROPS_FOLDER = "events"
DRAWN_SEED = 90_210
FITTED_TEXTS = (METADATA_KEY, COLOUR_SHARE)
"""Of a model's texts those that the fitting of the tracker writes."""
"""Of the drawn street that tells what was forgotten; never drawn for replay."""
NOT_TRAINED = "The network is as it was; only the tracker's settings are new."
NOTHING_NEW = (
    "Nothing is new: the network was not trained, and no other settings of the tracker did better."
)


NOTHING_KEPT = (
    "Nothing of what was learnt did better on the frames held out, so the model is as it was."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Conclusion:
    """What a finetuning ends with.

    Attributes:
        model_path: the new model.
        report: what changed.
        report_path: where that is written.
        is_new: the model does anything else than the one it began with.
    """

    model_path: Path
    report: WhatChanged
    report_path: Path
    is_new: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class _Judged:
    """A model's answers to the frames held out, and to the drawn street; each when first asked."""

    answer_here: Callable[[], Answer]
    answer_elsewhere: Callable[[], Answer]

    @cached_property
    def here(self) -> Answer:
        """Return what it makes of the frames held out."""
        return self.answer_here()

    @cached_property
    def elsewhere(self) -> Answer:
        """Return what it makes of the drawn street."""
        return self.answer_elsewhere()

    @property
    def worth(self) -> float:
        """Return one figure for what it can do here.

        HOTA is not in it: most boxes of the truth are the old model's own, whose edges no other
        model meets as closely.
        """
        scores = self.here.scores.clear
        return (scores.idf1 + scores.mota) / 2

    def is_better_than(self, other: "_Judged") -> bool:
        """Return whether it can do more here, or as much with fewer switches."""
        mine, theirs = self.here.scores.clear, other.here.scores.clear
        return (self.worth, -mine.id_switches) > (other.worth, -theirs.id_switches)

    @property
    def kept(self) -> float:
        """Return one figure for what it can do elsewhere.

        Switches are in it by HOTA alone: on so short a street they come and go by chance, and the
        tracker's settings, which are fitted later, make and cure most of them.
        """
        clear, hota = self.elsewhere.scores.clear, self.elsewhere.scores.hota.hota
        return (1 - (clear.fp + clear.fn) / max(1, clear.gt_boxes) + hota) / 2


def conclude(
    project: Project,
    training_set: TrainingSet,
    *,
    base: Path,
    begun_with: Path,
    learnt: Path | None,
    out_dir: Path,
    config: FinetuneConfig,
    lineage: Mapping[str, str],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Conclusion:
    """Blend the new weights with the old ones as far as that helps, and report what changed.

    What is learnt is kept for the scene where it was learnt, as much of it as helps there, and
    other scenes are left as they were; unless it is to hold everywhere. Where no scene can be
    told, everywhere gets only what costs it little.

    Args:
        project: open; only read.
        training_set: what was learnt from.
        base: the old model.
        begun_with: what training began with: the same, or what the old model had learnt here.
        learnt: the trained one; None where too little can be judged, and the network stays.
        out_dir: receives the model, the report and pictures of events.
        config: which blends to try.
        lineage: where a model comes from whose network was not trained.
        is_cancelled: asked before every frame that is judged.

    Raises:
        UserError: the video cannot be read, or nobody can be judged by.
        StoppedError: it was cancelled.
    """
    run = judged_run(training_set)
    is_trained = learnt is not None
    stretch = watched(
        (judged_stretch if is_trained else corrected_stretch)(project, run), is_cancelled
    )
    if not len(stretch.truth):
        raise UserError(
            "There is nobody to judge a new model by: every track there is one or two boxes long.",
            "Correct or verify more frames of the video.",
        )
    elsewhere = watched(
        drawn_stretch(frame_count=config.check_frames, seed=DRAWN_SEED), is_cancelled
    )
    general, old = load_checkpoint(base), load_checkpoint(begun_with)
    new = None if learnt is None else load_checkpoint(learnt)
    settings = _settings_of(project, run, old, frame_rate=stretch.frame_rate)
    layouts = layouts_of(project, training_set)

    def judge(model: LoadedModel, settings: TrackerSettings = settings) -> _Judged:
        return _judge(model, stretch, elsewhere, settings)

    @cache
    def changed_by(blend: Blend) -> LoadedModel:
        return old if new is None else blended(old, new, blend, base=begun_with)

    @cache
    def judged(blend: Blend) -> _Judged:
        return judge(changed_by(blend))

    is_taught_before = begun_with != base
    before = judged(UNCHANGED)
    there_before = judge(general) if is_taught_before else before
    for_scene = len(layouts) > 0 and not config.everywhere
    blend, after = choose_blend(
        before,
        () if new is None else config.blends,
        judge=judged,
        free_loss=ANY_LOSS if for_scene or config.everywhere else FREE_LOSS,
    )
    chosen = changed_by(blend)
    ways = _associate(
        chosen,
        watched(learnt_stretch(project, run), is_cancelled) if is_trained else stretch,
        # Too few boxes to judge a network by are few for the tracker as well: it must prove itself.
        elsewhere if new is None or not (for_scene or config.everywhere) else None,
        settings,
    )
    told = {**(_settings_text(old) if is_taught_before else {}), **_said(blend)}
    is_fitted = False
    # Settings alone have but one try: of several, one would do better by chance.
    for association in ways if new is not None else ways[:1]:
        changed = association.metadata(chosen.metadata, settings, frame_rate=stretch.frame_rate)
        fitted = judge(replace(chosen, metadata=changed), association.changed(settings))
        is_fitted = does_as_well(fitted, before=before, without=after, is_trained=is_trained)
        if is_fitted:
            told |= {key: changed[key] for key in FITTED_TEXTS if key in changed}
            after = fitted
            break
    metadata: Mapping[str, str] = lineage if new is None else new.metadata
    if for_scene:
        spread, there_after = general, there_before
        metadata = {**metadata, **_settings_text(general), **_said(UNCHANGED)}
        scenes = _scenes(general, chosen, layouts=layouts, told=told)
    else:
        spread, there_after = chosen, after
        scenes = kept_scenes(
            general.scenes,
            before=general,
            after=chosen,
            metadata=_settings_text(general),
            layouts=layouts,
        )
        metadata = {**metadata, **told}
    model_path = out_dir / MODEL_FILE
    save_model(model_path, replace(spread, scenes=scenes), metadata=metadata)
    report = what_changed(
        stretch,
        before.here,
        after.here,
        elsewhere=(there_before.elsewhere, there_after.elsewhere),
        folder=out_dir / CROPS_FOLDER,
        is_seen=run.held_out is None or not is_trained,
        blend=blend.share,
        may_forget=config.everywhere,
    )
    is_new = is_fitted or (new is not None and blend != UNCHANGED)
    if learnt is None:
        reason = f"{NOT_TRAINED} {report.reason}" if is_fitted else NOTHING_NEW
        report = replace(report, reason=reason)
    elif not is_new:
        report = replace(report, reason=NOTHING_KEPT)
    report_path = out_dir / REPORT_FILE
    report.write(report_path)
    return Conclusion(
        model_path=model_path,
        report=report,
        report_path=report_path,
        is_new=is_new,
    )


def refuse_finished(folder: Path) -> None:
    """Check that a finetuning does not replace a model that another has left.

    A project may know it, and go back to it. What was cancelled or cut off is gone on with.

    Raises:
        UserError: there is one.
    """
    if (folder / MODEL_FILE).is_file() and (folder / REPORT_FILE).is_file():
        raise UserError(
            f"There is a finetuned model in {folder} already.", "Choose another folder with --out."
        )


def does_as_well(fitted: _Judged, *, before: _Judged, without: _Judged, is_trained: bool) -> bool:
    """Return whether settings that were chosen on corrected frames may be kept.

    Args:
        fitted: the new model with these settings.
        before: the old model.
        without: the new model with the settings as they were.
        is_trained: its network is new, and the settings must not undo what it has gained. Settings
            alone must do better than those that were, by the figures that networks are judged by.
    """
    if not is_trained:
        return fitted.is_better_than(without)
    return fitted.worth >= before.worth - NOTICEABLE


def layouts_of(project: Project, training_set: TrainingSet) -> FloatArray:
    """Return how the videos look that were learnt from, (V, LAYOUT_LENGTH); blank ones left out."""
    paths = {
        project.locate_video(project.run(run.run_id).video_id): None for run in training_set.runs
    }
    layouts = []
    for path in paths:
        with open_video(path) as video:
            layouts.append(scene_shown(video))
    rows = np.array([one for one in layouts if one.any()][:MOST_VIDEOS], np.float32)
    return rows.reshape(-1, LAYOUT_LENGTH)


def _scenes(
    general: LoadedModel,
    chosen: LoadedModel,
    *,
    layouts: FloatArray,
    told: Mapping[str, str],
) -> tuple[TaughtScene, ...]:
    """Return the scenes that the new model knows.

    Args:
        general: the old model; its other scenes stay.
        chosen: what it is here.
        layouts: how it looks here.
        told: what holds here and not everywhere.
    """
    weights = difference(general.network.state_dict(), chosen.network.state_dict())
    if not weights and METADATA_KEY not in told:
        return general.scenes
    return with_scene(general.scenes, TaughtScene(layouts=layouts, weights=weights, metadata=told))


def _said(blend: Blend) -> dict[str, str]:
    boxes = "learnt" if blend.with_boxes else "as they were"
    return {"blend": str(blend.share), "box_heads": boxes}


def _settings_text(model: LoadedModel) -> dict[str, str]:
    return {key: model.metadata[key] for key in FITTED_TEXTS if key in model.metadata}


def _judge(
    model: LoadedModel,
    stretch: JudgedStretch,
    elsewhere: JudgedStretch,
    settings: TrackerSettings,
) -> _Judged:
    detector = Detector(model, min_score=min(0.1, settings.score_threshold))
    there = recommended_settings(model.metadata, frame_rate=elsewhere.frame_rate)
    return _Judged(
        answer_here=lambda: answer(detector, stretch, settings=settings),
        answer_elsewhere=lambda: answer(detector, elsewhere, settings=there),
    )


def _settings_of(
    project: Project, run: CorrectedRun, model: LoadedModel, *, frame_rate: float
) -> TrackerSettings:
    """Return the settings of the run, those that suit the model where it has none."""
    settings = project.run(run.run_id).tracker_settings
    if not settings:
        return recommended_settings(model.metadata, frame_rate=frame_rate)
    return TrackerSettings.from_dict(settings)


def _associate(
    model: LoadedModel,
    learnt_from: JudgedStretch,
    elsewhere: JudgedStretch | None,
    settings: TrackerSettings,
) -> tuple[Association, ...]:
    """Return how the tracker should associate with this model, best first; none to leave it."""
    if not len(learnt_from.truth):
        return ()
    detector = Detector(model, min_score=min(0.1, settings.score_threshold))
    here = see(detector, learnt_from, settings=settings)
    if elsewhere is None:
        return ways_to_associate(here, None)
    there = recommended_settings(model.metadata, frame_rate=elsewhere.frame_rate)
    return ways_to_associate(here, see(detector, elsewhere, settings=there))
