"""What is learnt at a scene is kept for it, and comes back when it is taught there again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from corrected_project import QUICK, REID_DIM, EditedStreet
from torch import Tensor

from trackmend_core.jobs import as_taught, scene_shown
from trackmend_core.jobs.recommended import METADATA_KEY
from trackmend_core.model import Detector, LoadedModel, TaughtScene, load_checkpoint, save_model
from trackmend_core.model.colours import COLOUR_SHARE
from trackmend_core.model.layout import LAYOUT_LENGTH
from trackmend_core.model.two_stage import add_two_stage_head
from trackmend_core.synthetic import StreetSettings, draw_street, write_video
from trackmend_core.video import open_video
from trackmend_training import conclude
from trackmend_training.association import Association
from trackmend_training.blending import ANY_LOSS, FREE_LOSS, Blend
from trackmend_training.config import FinetuneConfig
from trackmend_training.finetune import BEGUN_WITH_FILE, finetune

pytestmark = pytest.mark.usefixtures("judged_at_once")
WHOLE = Blend(1.0, with_boxes=True)


@pytest.fixture(autouse=True)
def helping(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every change helps; returns how much might be lost elsewhere each time that was asked."""
    asked: list[float] = []

    def choose(
        before: object,
        shares: Sequence[float],
        *,
        judge: Callable[[Blend], object],
        free_loss: float = FREE_LOSS,
    ) -> tuple[Blend, object]:
        asked.append(free_loss)
        return WHOLE, judge(WHOLE)

    monkeypatch.setattr(conclude, "choose_blend", choose)
    monkeypatch.setattr(conclude, "ways_to_associate", lambda *_: ())
    return asked


def teach(street: EditedStreet, base: Path, name: str, config: FinetuneConfig = QUICK) -> Path:
    path = finetune(
        street.project.path,
        out_dir=street.folder / name,
        config=config,
        base=base,
        emit=lambda _: None,
    )
    assert path is not None
    return path


def seen_in(model: LoadedModel, video: Path) -> LoadedModel:
    with open_video(video) as source:
        return as_taught(model, source)


def weights(model: LoadedModel) -> Mapping[str, Tensor]:
    state: Mapping[str, Tensor] = model.network.state_dict()
    return state


def are_equal(one: LoadedModel, other: LoadedModel) -> bool:
    others = weights(other)
    return all(torch.equal(value, others[key]) for key, value in weights(one).items())


def another_street(folder: Path) -> Path:
    path = folder / "another.mp4"
    settings = StreetSettings(width=320, height=256, frame_count=12, walkers=4, seed=12)
    write_video(path, (frame.image for frame in draw_street(settings)), settings.frame_rate)
    return path


def test_what_would_be_forgotten_elsewhere_is_learnt_for_this_scene_alone(
    edited_street: EditedStreet, base_model: Path
) -> None:
    model, old = (
        load_checkpoint(teach(edited_street, base_model, "out")),
        load_checkpoint(base_model),
    )
    assert are_equal(model, old)
    assert model.metadata["blend"] == "0.0"
    (video,) = edited_street.project.videos()
    here = seen_in(model, video.path)
    assert here.is_at_taught_scene
    assert not are_equal(here, old)
    assert (here.metadata["blend"], here.metadata["box_heads"]) == ("1.0", "learnt")
    assert seen_in(model, another_street(edited_street.folder)) is model


def test_teaching_here_again_goes_on_with_what_was_learnt_here(
    edited_street: EditedStreet, base_model: Path
) -> None:
    first_path = teach(edited_street, base_model, "first")
    (video,) = edited_street.project.videos()
    first = seen_in(load_checkpoint(first_path), video.path)
    second_path = teach(edited_street, first_path, "second")
    begun_with = load_checkpoint(second_path.parent / BEGUN_WITH_FILE)
    assert are_equal(begun_with, first)
    second = load_checkpoint(second_path)
    assert are_equal(second, load_checkpoint(base_model)), "elsewhere it stays as it was"
    assert len(second.scenes) == 1
    assert not are_equal(seen_in(second, video.path), first)


def test_what_is_to_hold_everywhere_needs_no_scene(
    edited_street: EditedStreet, base_model: Path, helping: list[float]
) -> None:
    config = replace(QUICK, everywhere=True)
    model = load_checkpoint(teach(edited_street, base_model, "out", config))
    assert not are_equal(model, load_checkpoint(base_model))
    assert model.scenes == ()
    assert model.metadata["blend"] == "1.0"
    assert helping == [ANY_LOSS]


def test_where_no_scene_can_be_told_everywhere_gets_what_costs_little(
    edited_street: EditedStreet,
    base_model: Path,
    helping: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = np.zeros(LAYOUT_LENGTH, np.float32)
    monkeypatch.setattr(conclude, "scene_shown", lambda _: nothing)
    model = load_checkpoint(teach(edited_street, base_model, "out"))
    assert model.scenes == ()
    assert not are_equal(model, load_checkpoint(base_model))
    assert helping == [FREE_LOSS]


def scene_of(video: Path, changed: Mapping[str, Tensor], **metadata: str) -> TaughtScene:
    with open_video(video) as source:
        layouts = np.asarray(scene_shown(source), np.float32)[None]
    return TaughtScene(layouts=layouts, weights=changed, metadata=metadata)


def test_what_is_to_hold_everywhere_holds_too_where_it_was_taught_before(
    edited_street: EditedStreet, base_model: Path
) -> None:
    first = teach(edited_street, base_model, "first")
    model = load_checkpoint(teach(edited_street, first, "second", replace(QUICK, everywhere=True)))
    assert not are_equal(model, load_checkpoint(base_model))
    (video,) = edited_street.project.videos()
    assert are_equal(seen_in(model, video.path), model), "it is what was judged"


def test_another_scene_stays_as_it_was_when_everywhere_else_is_taught(
    edited_street: EditedStreet, base_model: Path
) -> None:
    elsewhere = another_street(edited_street.folder)
    old = load_checkpoint(base_model)
    key = "backbone.17.conv.1.0.weight"
    known = replace(old, scenes=(scene_of(elsewhere, {key: weights(old)[key] + 1}),))
    base = edited_street.folder / "knows_a_scene.safetensors"
    save_model(base, known, metadata={"name": "known"})
    there = seen_in(load_checkpoint(base), elsewhere)
    assert there.is_at_taught_scene and not are_equal(there, old)
    taught = teach(edited_street, base, "out", replace(QUICK, everywhere=True))
    model = load_checkpoint(taught)
    assert not are_equal(model, old)
    assert are_equal(seen_in(model, elsewhere), there)


@pytest.mark.parametrize("fewest_boxes", [0, 100_000])
@pytest.mark.parametrize("sampler", ["roi-align", "two-stage"])
def test_a_model_reads_its_embeddings_as_before_when_it_has_learnt(
    sampler: str, fewest_boxes: int, edited_street: EditedStreet, base_model: Path
) -> None:
    old = load_checkpoint(base_model)
    if sampler == "two-stage":
        add_two_stage_head(old.network, reid_dim=REID_DIM)
    base = edited_street.folder / "reads.safetensors"
    save_model(base, old, metadata={"name": "reads", "sampler": sampler})
    config = replace(QUICK, fewest_boxes=fewest_boxes)
    model = load_checkpoint(teach(edited_street, base, "out", config))
    assert model.metadata["sampler"] == sampler
    (video,) = edited_street.project.videos()
    here = seen_in(model, video.path)
    assert here.metadata["sampler"] == sampler
    assert Detector(here, backend="torch", device="cpu").sampler == sampler


def test_where_the_best_settings_do_not_prove_themselves_those_on_the_way_to_them_may(
    edited_street: EditedStreet, base_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Association(memory_factor=1.0, lost_match_by_overlap=True, return_cost=0.1)
    best = replace(halfway, birth_rise=0.3, colour_share=0.5)
    verdicts = iter((False, True))
    monkeypatch.setattr(conclude, "ways_to_associate", lambda *_: (best, halfway))
    monkeypatch.setattr(conclude, "does_as_well", lambda *_, **__: next(verdicts))
    model = load_checkpoint(teach(edited_street, base_model, "out"))
    (scene,) = model.scenes
    assert json.loads(scene.metadata[METADATA_KEY])["return_cost"] == 0.1
    assert "birth_score_threshold" not in json.loads(scene.metadata[METADATA_KEY])
    assert COLOUR_SHARE not in scene.metadata


def test_a_share_of_colours_that_proves_itself_holds_in_the_scene_alone(
    edited_street: EditedStreet, base_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = Association(memory_factor=1.0, lost_match_by_overlap=True, colour_share=0.5)
    monkeypatch.setattr(conclude, "ways_to_associate", lambda *_: (more,))
    monkeypatch.setattr(conclude, "does_as_well", lambda *_, **__: True)
    model = load_checkpoint(teach(edited_street, base_model, "out"))
    assert COLOUR_SHARE not in model.metadata
    (video,) = edited_street.project.videos()
    assert seen_in(model, video.path).metadata[COLOUR_SHARE] == "0.5"
