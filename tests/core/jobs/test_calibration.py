from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs import street_calibration, video_calibration
from trackmend_core.model import Detector, LoadedModel, load_checkpoint
from trackmend_core.synthetic import StreetSettings, draw_street, write_street_video
from trackmend_core.types import FrameDetections, ImageArray
from trackmend_resources import resource_path


@pytest.fixture(scope="module")
def light_model() -> LoadedModel:
    return load_checkpoint(resource_path("models", "trackmend-light.safetensors"))


@pytest.fixture(scope="module")
def street() -> list[ImageArray]:
    settings = StreetSettings(width=320, height=256, frame_count=90, seed=5)
    return [frame.image for frame in draw_street(settings)]


def overlaps(one: FrameDetections, other: FrameDetections) -> np.ndarray:
    low = np.maximum(one.boxes_xyxy[:, None, :2], other.boxes_xyxy[None, :, :2])
    high = np.minimum(one.boxes_xyxy[:, None, 2:], other.boxes_xyxy[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    areas = [(f.boxes_xyxy[:, 2:] - f.boxes_xyxy[:, :2]).prod(1) for f in (one, other)]
    result: np.ndarray = shared / (areas[0][:, None] + areas[1][None] - shared)
    return result


def test_fast_mode_finds_the_people_of_a_drawn_street_where_float32_finds_them(
    light_model: LoadedModel, street: list[ImageArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (320, 256)
    exact = Detector(light_model, backend="openvino", input_wh=size, min_score=0.4)
    fast = Detector(
        light_model,
        backend="openvino",
        precision="fast",
        input_wh=size,
        min_score=0.4,
        calibration=street_calibration(),
    )
    assert fast.description == "CPU · OpenVINO (int8)"
    people = matched = extra = 0
    closeness: list[float] = []
    for image in street[::6]:
        expected, found = exact.detect(image), fast.detect(image)
        people += len(expected)
        if not len(expected) or not len(found):
            extra += len(found)
            continue
        table = overlaps(expected, found)
        partner = table.argmax(1)
        same = table.max(1) > 0.7
        matched += int(same.sum())
        extra += int((table.max(0) <= 0.5).sum())
        closeness += (expected.embeddings * found.embeddings[partner]).sum(1)[same].tolist()
    assert people > 40
    assert matched >= 0.9 * people
    assert extra <= 0.05 * people
    assert np.median(closeness) > 0.9


def test_frames_are_spread_over_the_video_and_named_by_its_content(tmp_path: Path) -> None:
    settings = StreetSettings(width=96, height=64, frame_count=40)
    write_street_video(tmp_path / "a.mp4", settings)
    (tmp_path / "b.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    calibration = video_calibration(tmp_path / "a.mp4")
    images = calibration.read()
    assert len(images) == 16
    assert {image.shape for image in images} == {(64, 96, 3)}
    assert len({image.tobytes() for image in images}) == 16
    assert video_calibration(tmp_path / "b.mp4").name == calibration.name
    write_street_video(tmp_path / "c.mp4", StreetSettings(width=96, height=64, frame_count=5))
    assert video_calibration(tmp_path / "c.mp4").name != calibration.name
    assert len(video_calibration(tmp_path / "c.mp4").read()) == 5


def test_a_video_that_is_not_there_is_told_before_anything_is_quantised(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        video_calibration(tmp_path / "absent.mp4").read()
