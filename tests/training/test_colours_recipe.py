"""Fitting the colour signature: it learns what stays of one person, and nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from trackmend_core.errors import UserError
from trackmend_core.evaluation.verification import identity_pairs
from trackmend_core.model import Detector, build_network, load_checkpoint
from trackmend_core.model.colours import (
    HISTOGRAM_LENGTH,
    ColourReader,
    add_colour_signature,
    colour_signature,
)
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import FloatArray
from trackmend_resources import resource_path
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.jde import write_labels
from trackmend_training.recipe import colours
from trackmend_training.recipe.bundled import export_bundled
from trackmend_training.starting import initial_network

BUNDLED = resource_path("models", "trackmend-light.safetensors")


def test_the_discriminant_finds_what_tells_people_apart() -> None:
    rng = np.random.default_rng(0)
    owners = np.repeat(np.arange(200), 5)
    histograms = rng.normal(0, 1, (1000, HISTOGRAM_LENGTH)).astype(np.float32)
    histograms[:, 7] += rng.normal(0, 6, 200)[owners]  # of a person, for good
    histograms[:, 9] += rng.normal(0, 9, 1000)  # of the light: larger, but another each time
    mean, projection = colours.discriminant(histograms, owners)
    assert mean.shape == (HISTOGRAM_LENGTH,)
    assert projection.shape == (HISTOGRAM_LENGTH, SIGNATURE_LENGTH)
    first = np.abs(projection[:, 0])
    assert first.argmax() == 7
    assert first[9] < 0.05 * first[7]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of twelve photos, each of one person in two colours."""
    folder = tmp_path / "photos"
    rng = np.random.default_rng(5)
    for part in ("images", "labels_with_ids"):
        (folder / part).mkdir(parents=True)
    for number in range(12):
        image = np.full((240, 320, 3), 120, np.uint8)
        image[40:120, 100:150], image[120:200, 100:150] = rng.integers(0, 256, (2, 3))
        cv2.imwrite(str(folder / "images" / f"{number}.jpg"), image)
        write_labels(
            folder / "labels_with_ids" / f"{number}.txt",
            identities=[-1],
            boxes_cxcywh=np.array([[125 / 320, 0.5, 50 / 320, 160 / 240]], np.float32),
        )
    return folder


def test_a_fitted_signature_is_the_same_each_time_and_is_shipped_with_the_model(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colours, "STREETS", range(31, 33))
    monkeypatch.setattr(colours, "STREET_FRAMES", 13)
    fitted, again = colours.fit_colours(photos), colours.fit_colours(photos)
    assert torch.equal(fitted.projection, again.projection)
    assert float(fitted.share) == pytest.approx(colours.SHARE)
    shipped = tmp_path / "shipped.safetensors"
    export_bundled(BUNDLED, shipped, colours=fitted)
    found = colour_signature(load_checkpoint(shipped).network)
    assert found is not None
    assert torch.equal(found.projection, fitted.projection.half().float())


def test_photos_that_show_nobody_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colours, "STREETS", range(0))
    folder = tmp_path / "empty"
    for part in ("images", "labels_with_ids"):
        (folder / part).mkdir(parents=True)
    cv2.imwrite(str(folder / "images" / "0.jpg"), np.zeros((64, 64, 3), np.uint8))
    (folder / "labels_with_ids" / "0.txt").write_text("")
    with pytest.raises(UserError, match="show nobody"):
        colours.fit_colours(folder)


def test_a_training_keeps_the_colours_of_the_model_it_begins_with(tmp_path: Path) -> None:
    base = load_checkpoint(BUNDLED)
    config = TrainConfig.from_dict(
        {
            "out_dir": str(tmp_path),
            "sources": [],
            "arch": base.arch,
            "reid_dim": base.reid_dim,
            "initial_weights": str(BUNDLED),
        }
    )
    kept, own = (colour_signature(net) for net in (initial_network(config), base.network))
    assert kept is not None
    assert own is not None
    assert torch.equal(kept.projection, own.projection)
    assert torch.equal(kept.share, own.share)


def test_the_bundled_colours_help_to_tell_people_apart_where_they_were_not_fitted() -> None:
    model = load_checkpoint(BUNDLED)
    detector = Detector(model, backend="torch", device="cpu")
    read: list[FloatArray] = []
    owners, frames = [], []
    for number, frame in enumerate(draw_street(StreetSettings(frame_count=101, seed=79), every=10)):
        seen = frame.visibilities > 0.3
        boxes = frame.boxes_xyxy.astype(np.float64)[seen]
        read.append(detector.detect_and_read(frame.image, boxes)[1])
        owners.append(frame.identities[seen])
        frames.append(np.full(int(seen.sum()), 10 * number))
    embeddings = np.concatenate(read)

    def area(vectors: FloatArray) -> float:
        pairs = identity_pairs(
            vectors, np.concatenate(owners), frames=np.concatenate(frames), least_gap=25
        )
        same, different = (pairs.similarities[mask] for mask in (pairs.are_same, ~pairs.are_same))
        return float((same[:, None] > different).mean())

    learnt = embeddings[:, : model.reid_dim]
    learnt = learnt / np.linalg.norm(learnt, axis=1, keepdims=True)
    assert area(embeddings) > area(learnt)


def test_a_reader_of_an_empty_signature_changes_nothing() -> None:
    network = build_network("mobilenetv2_fpn", reid_dim=8, ltrb=True, num_classes=1)
    reader = ColourReader(add_colour_signature(network))
    embeddings = np.eye(8, dtype=np.float32)[:2]
    boxes = np.array([[1.0, 1, 9, 20], [5, 5, 30, 60]])
    beside = reader.beside(embeddings, np.zeros((64, 64, 3), np.uint8), boxes)
    np.testing.assert_allclose(beside[:, :8] @ beside[:, :8].T, np.eye(2))
