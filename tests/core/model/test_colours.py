"""The colour signature: what it sees, and that it travels with its network."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from trackmend_core.model import Detector, load_checkpoint, save_checkpoint
from trackmend_core.model.colours import (
    COLOUR_SHARE,
    HISTOGRAM_LENGTH,
    ColourReader,
    ColourSignature,
    add_colour_signature,
    colour_histograms,
    colour_reader,
    colour_signature,
    with_share,
)
from trackmend_core.model.registry import build_network
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.types import ImageArray
from trackmend_resources import resource_path

LIGHT = "mobilenetv2_fpn"
BUNDLED = resource_path() / "models" / "trackmend-light.safetensors"


def dressed(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> ImageArray:
    """Return a street of one grey, with somebody in two colours at 100..140, 50..170."""
    image = np.full((240, 320, 3), 120, np.uint8)
    image[50:110, 100:140], image[110:170, 100:140] = top, bottom
    return image


PERSON = np.array([[100.0, 50.0, 140.0, 170.0]])
RED, BLUE, GREEN = (40, 40, 200), (200, 60, 40), (60, 180, 60)


def some_signature(*, share: float) -> ColourSignature:
    signature = ColourSignature()
    generator = torch.Generator().manual_seed(0)
    signature.projection.copy_(torch.randn(HISTOGRAM_LENGTH, SIGNATURE_LENGTH, generator=generator))
    signature.share.fill_(share)
    return signature


def cosine(first: ImageArray, second: ImageArray) -> float:
    one, other = (colour_histograms(image, PERSON)[0] for image in (first, second))
    return float(one @ other)


def test_histograms_tell_colours_and_their_order_apart() -> None:
    own = dressed(RED, BLUE)
    assert cosine(own, own) == pytest.approx(1)
    assert cosine(own, dressed(RED, GREEN)) < 0.95
    assert cosine(own, dressed(BLUE, RED)) < cosine(own, dressed(RED, GREEN))


def test_histograms_do_not_depend_on_the_size_of_the_picture() -> None:
    image = cv2.GaussianBlur(dressed(RED, BLUE), (9, 9), 0)
    large = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    small, big = colour_histograms(image, PERSON)[0], colour_histograms(large, PERSON * 2)[0]
    assert small @ big > 0.999


def test_histograms_of_many_boxes_are_those_of_each() -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    corners = np.random.default_rng(1).uniform(0, 150, (300, 2))
    boxes = np.concatenate((corners, corners + np.array((20, 60))), axis=1)
    together = colour_histograms(image, boxes)
    assert together.shape == (300, HISTOGRAM_LENGTH)
    for row in (0, 127, 128, 299):
        np.testing.assert_array_equal(
            colour_histograms(image, boxes[row : row + 1])[0], together[row]
        )


@pytest.mark.parametrize(
    "box",
    [
        (-50, -80, 20, 40),
        (290, 200, 400, 500),
        (1e12, 0, 2e12, 10),
        (50, 50, 50, 50),
        (60, 60, 40, 30),
    ],
)
def test_strange_boxes_have_a_signature_of_unit_length(box: tuple[float, ...]) -> None:
    found = ColourReader(some_signature(share=0.5)).read(dressed(RED, BLUE), np.array([box]))
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_the_cosine_is_shared_between_what_is_learnt_and_the_colours() -> None:
    reader = ColourReader(some_signature(share=0.3))
    embeddings = np.random.default_rng(2).standard_normal((2, 16)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    red, green = dressed(RED, BLUE), dressed(GREEN, BLUE)
    signatures = [reader.read(image, PERSON)[0] for image in (red, green)]
    beside = [
        reader.beside(embeddings[row : row + 1], image, PERSON)[0]
        for row, image in enumerate((red, green))
    ]
    expected = 0.7 * embeddings[0] @ embeddings[1] + 0.3 * signatures[0] @ signatures[1]
    assert beside[0] @ beside[1] == pytest.approx(expected, abs=1e-5)
    assert np.linalg.norm(beside[0]) == pytest.approx(1, abs=1e-5)


def test_another_share_is_what_a_reader_of_that_share_would_have_read() -> None:
    embeddings = np.random.default_rng(4).standard_normal((2, 16)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    boxes = np.concatenate((PERSON, PERSON + 5))
    image = dressed(RED, BLUE)
    signature = some_signature(share=0.3)
    old = ColourReader(signature).beside(embeddings, image, boxes)
    new = ColourReader(signature, share=0.6).beside(embeddings, image, boxes)
    np.testing.assert_allclose(with_share(old, old=0.3, new=0.6), new, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "share"),
    [(None, 0.3), ("0.5", 0.5), ("", 0.3), ("much", 0.3), ("nan", 0.3), ("7", 0.3), ("-1", 0.3)],
)
def test_a_share_among_the_texts_of_a_model_goes_first_if_it_is_one(
    text: str | None, share: float
) -> None:
    network = build_network(LIGHT, reid_dim=16, ltrb=True, num_classes=1)
    assert colour_reader(network, {COLOUR_SHARE: "0.5"}) is None
    add_colour_signature(network).load_state_dict(some_signature(share=0.3).state_dict())
    reader = colour_reader(network, {} if text is None else {COLOUR_SHARE: text})
    assert reader is not None
    assert reader.share == pytest.approx(share)


def test_no_boxes_have_no_signatures() -> None:
    reader = ColourReader(some_signature(share=0.3))
    found = reader.beside(np.zeros((0, 16), np.float32), dressed(RED, BLUE), np.zeros((0, 4)))
    assert found.shape == (0, 16 + SIGNATURE_LENGTH)


def test_a_signature_is_saved_and_loaded_with_its_network(tmp_path: Path) -> None:
    network = build_network(LIGHT, reid_dim=16, ltrb=True, num_classes=1)
    add_colour_signature(network).load_state_dict(some_signature(share=0.25).state_dict())
    path = tmp_path / "with.safetensors"
    save_checkpoint(
        path,
        network,
        arch=LIGHT,
        reid_dim=16,
        ltrb=True,
        num_classes=1,
        input_wh=(320, 256),
        metadata={"name": "with colours"},
    )
    model = load_checkpoint(path)
    found = colour_signature(model.network)
    assert found is not None
    assert not model.ignored_keys
    assert float(found.share) == 0.25
    assert torch.equal(found.projection, some_signature(share=0).projection)
    assert not any(name.startswith("colours") for name, _ in model.network.named_parameters())


def test_all_ways_of_looking_read_the_same_colours() -> None:
    detector = Detector(load_checkpoint(BUNDLED), min_score=0.02, max_detections=20)
    image = cv2.GaussianBlur(
        np.random.default_rng(3).integers(0, 256, (480, 640, 3), np.uint8), (31, 31), 0
    )
    seen = detector.detect(image)
    (many,) = detector.detect_many([image])
    mapped, dense = detector.detect_with_map(image)
    again, read = detector.detect_and_read(image, PERSON)
    reid_dim = detector.model.reid_dim
    assert len(dense.features) == reid_dim
    assert read.shape == (1, reid_dim + SIGNATURE_LENGTH)
    for other in (many, mapped, again):
        np.testing.assert_allclose(other.embeddings, seen.embeddings, atol=1e-4)
    signature = colour_signature(detector.model.network)
    assert signature is not None
    np.testing.assert_allclose(
        read[0, reid_dim:],
        np.sqrt(float(signature.share)) * ColourReader(signature).read(image, PERSON)[0],
        atol=1e-6,
    )


def test_a_model_without_colours_has_its_embedding_alone() -> None:
    model = load_checkpoint(BUNDLED)
    delattr(model.network, "colours")
    read = Detector(model).detect_and_read(dressed(RED, BLUE), PERSON)[1]
    assert read.shape == (1, model.reid_dim)
