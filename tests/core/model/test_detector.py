import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.model import Detector, LoadedModel
from trackmend_core.similarity import similarity_map, similarity_overlay_source
from trackmend_core.types import FrameDetections, ImageArray

RED = (0, 0, 255)


def street_with_dots(
    *, wh: tuple[int, int], dots_xywh: list[tuple[int, int, int, int]]
) -> ImageArray:
    image = np.full((wh[1], wh[0], 3), 128, np.uint8)
    for x, y, w, h in dots_xywh:
        image[y : y + h, x : x + w] = RED
    return image


@pytest.fixture(params=["torch", "openvino"])
def detector(request: pytest.FixtureRequest, red_dot_model: LoadedModel) -> Detector:
    return Detector(red_dot_model, backend=request.param, device="cpu", precision="float32")


def test_a_person_is_found_where_it_stands_in_the_source_frame(detector: Detector) -> None:
    # The input is 320x192, half the frame: one cell of four input pixels is eight of the source.
    image = street_with_dots(wh=(640, 384), dots_xywh=[(320, 160, 8, 8)])
    found = detector.detect(image)
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes_xyxy[0], [300, 124, 348, 204], atol=0.01)
    assert found.scores[0] > 0.99
    np.testing.assert_allclose(np.linalg.norm(found.embeddings, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("wh", [(333, 517), (1000, 200), (50, 40), (1920, 1080)])
def test_the_frames_shape_does_not_matter(detector: Detector, wh: tuple[int, int]) -> None:
    middle = (wh[0] // 2, wh[1] // 2)
    side = max(8, min(wh) // 8)
    dot = (middle[0] - side // 2, middle[1] - side // 2, side, side)
    found = detector.detect(street_with_dots(wh=wh, dots_xywh=[dot]))
    assert len(found) > 0
    centres = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    assert (np.abs(centres - middle) <= side).all()


def test_only_scores_above_the_threshold_are_kept_best_first(red_dot_model: LoadedModel) -> None:
    image = street_with_dots(wh=(320, 192), dots_xywh=[(40, 40, 4, 4), (200, 100, 4, 4)])
    image[100:104, 200:204] = (0, 0, 140)
    everything = Detector(red_dot_model, backend="torch", min_score=0.0).detect(image)
    assert len(everything) > 2
    assert (np.diff(everything.scores) <= 0).all()
    middle = float(everything.scores[1])
    assert len(Detector(red_dot_model, backend="torch", min_score=middle).detect(image)) == 1
    just_below = Detector(red_dot_model, backend="torch", min_score=middle - 1e-3)
    assert len(just_below.detect(image)) == 2
    few = Detector(red_dot_model, backend="torch", min_score=0.0, max_detections=1)
    assert len(few.detect(image)) == 1


def test_nobody_gives_an_empty_frame_with_the_embedding_length(detector: Detector) -> None:
    found = detector.detect(street_with_dots(wh=(320, 192), dots_xywh=[]))
    assert found.boxes_xyxy.shape == (0, 4)
    assert found.embeddings.shape == (0, 3)


def test_the_map_of_the_same_pass_holds_the_detections_embeddings(detector: Detector) -> None:
    image = street_with_dots(wh=(500, 300), dots_xywh=[(100, 80, 12, 12), (300, 200, 12, 12)])
    found, embedding_map = detector.detect_with_map(image)
    alone = detector.detect(image)
    assert np.array_equal(found.boxes_xyxy, alone.boxes_xyxy)
    assert len(found) >= 2
    lengths = np.linalg.norm(embedding_map.features, axis=0)
    assert ((lengths < 1e-6) | (np.abs(lengths - 1) < 1e-5)).all()
    for box, embedding in zip(found.boxes_xyxy, found.embeddings, strict=True):
        np.testing.assert_allclose(embedding_map.at_box(box), embedding, atol=1e-5)


def test_the_overlay_is_highest_on_the_person_that_was_asked_for(detector: Detector) -> None:
    image = street_with_dots(wh=(500, 300), dots_xywh=[(100, 80, 12, 12)])
    image[200:212, 300:312] = (255, 0, 200)
    found, embedding_map = detector.detect_with_map(image)
    overlay = similarity_overlay_source(
        similarity_map(found.embeddings[0], embedding_map), embedding_map
    )
    assert overlay.shape == (300, 500)
    y, x = np.unravel_index(overlay.argmax(), overlay.shape)
    assert 95 <= x < 117
    assert 75 <= y < 97


def test_a_map_stays_as_it_was_when_the_detector_goes_on(detector: Detector) -> None:
    image = street_with_dots(wh=(320, 192), dots_xywh=[(40, 40, 8, 8)])
    _, embedding_map = detector.detect_with_map(image)
    before = embedding_map.features.copy()
    detector.detect_with_map(street_with_dots(wh=(320, 192), dots_xywh=[(200, 100, 8, 8)]))
    assert np.array_equal(embedding_map.features, before)


def test_threads_that_share_a_detector_get_their_own_frames_answer(detector: Detector) -> None:
    images = [street_with_dots(wh=(320, 192), dots_xywh=[(8 + 40 * i, 40, 8, 8)]) for i in range(6)]
    expected = [detector.detect(image).boxes_xyxy for image in images]
    found: dict[int, list[bool]] = {i: [] for i in range(len(images))}

    def work(i: int) -> None:
        for _ in range(5):
            found[i].append(np.array_equal(detector.detect(images[i]).boxes_xyxy, expected[i]))

    threads = [threading.Thread(target=work, args=(i,)) for i in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers == [True] * 5 for answers in found.values())


def test_many_frames_give_what_each_gives_alone_in_order(detector: Detector) -> None:
    sizes = [(320, 192), (320, 192), (500, 300), (320, 192), (640, 384), (640, 384), (640, 384)]
    images = [
        street_with_dots(wh=wh, dots_xywh=[(40 + 20 * i, 60, 12, 12)]) for i, wh in enumerate(sizes)
    ]
    found = list(detector.detect_many(iter(images)))
    assert len(found) == len(images)
    for image, together in zip(images, found, strict=True):
        alone = detector.detect(image)
        assert len(alone) > 0
        np.testing.assert_allclose(together.boxes_xyxy, alone.boxes_xyxy, atol=1e-3)
        np.testing.assert_allclose(together.embeddings, alone.embeddings, atol=1e-5)
    assert list(detector.detect_many([])) == []


def test_many_frames_are_taken_only_a_few_ahead_and_others_get_their_turn(
    detector: Detector,
) -> None:
    taken: list[int] = []

    def images() -> Iterator[ImageArray]:
        for i in range(100):
            taken.append(i)
            yield street_with_dots(wh=(320, 192), dots_xywh=[(8 + 2 * i, 40, 8, 8)])

    with closing(detector.detect_many(images())) as found:
        first = next(found)
        other = street_with_dots(wh=(320, 192), dots_xywh=[(200, 100, 8, 8)])
        others = [detector.detect(other) for _ in range(3)]
        second = next(found)
        assert len(taken) <= 8
    assert (first.boxes_xyxy[0, 0], second.boxes_xyxy[0, 0]) != (0, 0)
    assert second.boxes_xyxy[0, 0] - first.boxes_xyxy[0, 0] < 20
    assert all(np.array_equal(one.boxes_xyxy, others[0].boxes_xyxy) for one in others)
    assert abs(float(others[0].boxes_xyxy[0, 1]) - float(first.boxes_xyxy[0, 1])) > 40


def test_what_a_frame_raises_comes_after_the_frames_before_it(detector: Detector) -> None:
    def images() -> Iterator[ImageArray]:
        for i in range(4):
            yield street_with_dots(wh=(320, 192), dots_xywh=[(8 + 20 * i, 40, 8, 8)])
        raise UserError("the disk is gone")

    found: list[FrameDetections] = []
    with pytest.raises(UserError, match="disk"):
        found.extend(detector.detect_many(images()))
    assert len(found) == 4


def test_the_input_is_the_trained_one_in_the_shape_of_the_video(red_dot_model: LoadedModel) -> None:
    free = Detector(red_dot_model, backend="torch")
    assert free.input_wh_for((640, 384)) == (320, 192)
    assert free.input_wh_for((384, 640)) == (192, 320)
    fixed = Detector(red_dot_model, backend="torch", input_wh=(96, 64))
    assert fixed.input_wh_for((640, 384)) == (96, 64)
    _, embedding_map = fixed.detect_with_map(np.zeros((50, 50, 3), np.uint8))
    assert embedding_map.features.shape == (3, 16, 24)


@pytest.mark.parametrize("input_wh", [(100, 64), (64, 0), (-32, 64)])
def test_an_impossible_input_size_is_refused(
    red_dot_model: LoadedModel, input_wh: tuple[int, int]
) -> None:
    with pytest.raises(UserError, match="not possible") as refusal:
        Detector(red_dot_model, input_wh=input_wh)
    assert "32" in refusal.value.hint


def test_the_description_says_device_and_engine(red_dot_model: LoadedModel) -> None:
    torch_on_cpu = Detector(red_dot_model, backend="torch", device="cpu")
    assert torch_on_cpu.description == "CPU · torch"
    openvino = Detector(red_dot_model, backend="openvino", precision="float32")
    assert openvino.description == "CPU · OpenVINO (float32)"
