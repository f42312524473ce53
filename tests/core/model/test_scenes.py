"""A model that was taught at a scene: what it learnt runs there, and nowhere else."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from trackmend_core.errors import UserError
from trackmend_core.jobs import as_taught, said_of_scene, scene_shown
from trackmend_core.model import (
    LoadedModel,
    TaughtScene,
    build_network,
    convert_model,
    difference,
    in_scene,
    layout_of,
    load_checkpoint,
    save_model,
    with_scene,
)
from trackmend_core.model.layout import LAYOUT_LENGTH, SAME_SCENE
from trackmend_core.model.scenes import MOST_SCENES
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import ImageArray

ARCH = "mobilenetv2_fpn"
FRAMES = 30


class Frames:
    """Frames in memory, as a source."""

    def __init__(self, images: list[ImageArray]) -> None:
        self._images = images

    @property
    def frame_count(self) -> int:
        return len(self._images)

    def read(self, frame_index: int) -> ImageArray:
        if not self._images[frame_index].size:
            raise UserError("This frame cannot be decoded.", "Go on.")
        return self._images[frame_index]


@cache
def street(seed: int) -> list[ImageArray]:
    settings = StreetSettings(width=320, height=240, frame_count=FRAMES, walkers=5, seed=seed)
    return [frame.image for frame in draw_street(settings)]


def model_with(*scenes: TaughtScene) -> LoadedModel:
    torch.manual_seed(0)
    network = build_network(ARCH, reid_dim=8, ltrb=True, num_classes=1).eval()
    return LoadedModel(
        network=network,
        arch=ARCH,
        reid_dim=8,
        ltrb=True,
        num_classes=1,
        input_wh=(320, 224),
        name="taught",
        metadata={"tracker_settings": "everywhere", "parent": "nobody"},
        scenes=scenes,
    )


def taught_at(images: list[ImageArray]) -> TaughtScene:
    general = model_with().network.state_dict()
    here = {**general, "hm.6.bias": general["hm.6.bias"] + 1.0}
    return TaughtScene(
        layouts=layout_of(images)[None],
        weights=difference(general, here),
        metadata={"tracker_settings": "here"},
    )


def saved(model: LoadedModel, path: Path, *, half: bool = False) -> Path:
    save_model(path, model, metadata=model.metadata, half=half)
    return path


def head_bias(model: LoadedModel) -> float:
    return float(model.network.state_dict()["hm.6.bias"][0])


def test_another_hour_of_a_scene_is_known_again_and_another_scene_is_not() -> None:
    videos = [street(seed) for seed in range(1, 7)]
    first = np.stack([layout_of(frames[:12:2]) for frames in videos])
    second = np.stack([layout_of(frames[18::2]) for frames in videos])
    likeness = first @ second.T
    same = np.eye(len(videos), dtype=bool)
    assert likeness[same].min() > SAME_SCENE > likeness[~same].max()


def test_light_noise_and_size_do_not_make_another_scene() -> None:
    frames = street(3)
    generator = np.random.default_rng(0)
    dark = [
        np.clip(0.4 * frame + generator.normal(0, 8, frame.shape), 0, 255).astype(np.uint8)
        for frame in frames
    ]
    small = [np.ascontiguousarray(frame[::2, ::2]) for frame in frames]
    scene = taught_at(frames)
    assert scene.shows(layout_of(dark[::7]))
    assert scene.shows(layout_of(small[::7]))
    assert not scene.shows(layout_of([frame[:, ::-1] for frame in frames[::7]]))


def test_blank_pictures_are_no_scene() -> None:
    blank = layout_of([np.zeros((48, 64, 3), np.uint8)])
    assert blank.shape == (LAYOUT_LENGTH,)
    assert not blank.any()
    assert not layout_of([]).any()
    assert not taught_at(street(1)).shows(blank)


def test_what_was_learnt_runs_where_it_was_learnt_and_nowhere_else() -> None:
    here, there = street(1), street(2)
    model = model_with(taught_at(here))
    taught = as_taught(model, Frames(here))
    assert taught.is_at_taught_scene
    assert head_bias(taught) == pytest.approx(head_bias(model) + 1.0)
    assert taught.metadata == {"tracker_settings": "here", "parent": "nobody"}
    assert not taught.network.training
    assert as_taught(model, Frames(there)) is model
    assert model.metadata["tracker_settings"] == "everywhere"
    assert "in this scene" in said_of_scene(taught)
    assert "in another scene" in said_of_scene(model)
    assert said_of_scene(model_with()) == ""


def test_a_model_that_was_taught_nowhere_does_not_look_at_the_video() -> None:
    model = model_with()
    assert as_taught(model, Frames([])) is model
    assert in_scene(model, np.zeros(LAYOUT_LENGTH, np.float32)) is model


def test_frames_that_cannot_be_decoded_are_passed_over() -> None:
    frames = street(1)
    whole = scene_shown(Frames(frames))
    torn = [
        frame if index % 2 else np.zeros((0, 0, 3), np.uint8) for index, frame in enumerate(frames)
    ]
    assert whole @ scene_shown(Frames(torn)) > 0.9
    assert not scene_shown(Frames([np.zeros((0, 0, 3), np.uint8)] * 4)).any()


def test_a_stretch_is_looked_at_alone() -> None:
    source = Frames([*street(1), *street(2)])
    first, second = scene_shown(source, end_frame=FRAMES), scene_shown(source, first_frame=FRAMES)
    assert taught_at(street(1)).shows(first)
    assert not taught_at(street(1)).shows(second)


@pytest.mark.parametrize("half", [False, True])
def test_scenes_travel_with_the_file(tmp_path: Path, half: bool) -> None:
    here = street(1)
    path = saved(
        model_with(taught_at(here), taught_at(street(2))), tmp_path / "a.safetensors", half=half
    )
    loaded = load_checkpoint(path)
    assert loaded.ignored_keys == ()
    assert loaded.metadata == {"tracker_settings": "everywhere", "parent": "nobody"}
    assert len(loaded.scenes) == 2
    taught = as_taught(loaded, Frames(here))
    assert taught.metadata["tracker_settings"] == "here"
    assert head_bias(taught) == pytest.approx(head_bias(loaded) + 1.0)
    again = tmp_path / "b.safetensors"
    convert_model(path, again)
    assert len(load_checkpoint(again).scenes) == 2


def test_only_what_differs_is_stored(tmp_path: Path) -> None:
    with safe_open(
        saved(model_with(taught_at(street(1))), tmp_path / "a.safetensors"), "pt"
    ) as file:
        of_scene = sorted(key for key in file.keys() if key.startswith("scene."))  # noqa: SIM118
    assert of_scene == ["scene.0.layouts", "scene.0.weights.hm.6.bias"]


def test_being_taught_in_a_scene_again_replaces_what_was_learnt_there() -> None:
    first, other, again = taught_at(street(1)), taught_at(street(2)), taught_at(street(1)[5:])
    assert with_scene((first, other), again) == (other, again)
    many = tuple(
        replace(other, layouts=np.eye(LAYOUT_LENGTH, dtype=np.float32)[[row]]) for row in range(20)
    )
    kept = with_scene(many, again)
    assert len(kept) == MOST_SCENES
    assert kept[-1] is again


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scene.0.layouts", torch.zeros(1, 7)),
        ("scene.0.layouts", torch.full((1, LAYOUT_LENGTH), torch.nan)),
        ("scene.0.layouts", torch.zeros(0, LAYOUT_LENGTH)),
        ("scene.0.weights.hm.6.bias", torch.zeros(3)),
        ("scene.0.weights.nobody", torch.zeros(3)),
        ("scene.0.weights.hm.6.bias", torch.full((1,), torch.inf)),
        ("scene.0.code", torch.zeros(1)),
        ("scene.many.layouts", torch.zeros(1, LAYOUT_LENGTH)),
        ("scene.1.weights.hm.6.bias", torch.zeros(1)),
    ],
)
def test_a_scene_that_does_not_fit_is_refused_in_a_sentence(
    tmp_path: Path, key: str, value: torch.Tensor
) -> None:
    path = saved(model_with(taught_at(street(1))), tmp_path / "a.safetensors")
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file({**load_file(path), key: value}, path, metadata=metadata)
    with pytest.raises(UserError, match=r"a\.safetensors"):
        load_checkpoint(path)
