"""What a graphics card computes is what the CPU computes; skipped where there is none."""

import numpy as np
import pytest
import torch

from trackmend_core.backends import TorchBackend
from trackmend_core.jobs import MemorySink
from trackmend_core.model import Detector, build_network, load_checkpoint, preprocess
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import ImageArray
from trackmend_resources import resource_path

FRAMES = 24
SETTINGS = TrackerSettings(score_threshold=0.4, birth_score_threshold=0.4, max_frames_lost=25)


@pytest.fixture
def card() -> str:
    """Return the card of this machine."""
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    pytest.skip("this machine has no graphics card that torch can use")


@pytest.fixture(scope="module")
def street() -> list[ImageArray]:
    settings = StreetSettings(width=640, height=480, frame_count=FRAMES, seed=5, walkers=9)
    return [frame.image for frame in draw_street(settings)]


def test_dla34_has_the_heads_that_it_has_on_the_cpu(card: str, street: list[ImageArray]) -> None:
    torch.manual_seed(0)
    network = build_network("dla34").eval()
    planes = preprocess(street[0], input_wh=(320, 256))[0][None]
    here = TorchBackend(network, card, precision="float32").run(planes)
    there = TorchBackend(network, "cpu", precision="float32").run(planes)
    for name, expected in there.items():
        apart = np.linalg.norm(here[name] - expected) / np.linalg.norm(expected)
        assert apart < 1e-4, name


def test_the_bundled_model_tracks_as_on_the_cpu(card: str, street: list[ImageArray]) -> None:
    model = load_checkpoint(resource_path("models", "trackmend-light.safetensors"))

    def tracks_on(device: str) -> MemorySink:
        detector = Detector(model, backend="torch", device=device)
        tracker, sink = Tracker(SETTINGS), MemorySink()
        for index, found in enumerate(detector.detect_many(street)):
            sink.write(index, found, tracker.step(found))
        return sink

    here, there = tracks_on(card).table(), tracks_on("cpu").table()
    assert len(there) > FRAMES
    np.testing.assert_array_equal(here.frames, there.frames)
    np.testing.assert_array_equal(here.ids, there.ids)
    np.testing.assert_allclose(here.boxes_xywh, there.boxes_xywh, atol=0.1)
