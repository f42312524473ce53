"""Training material is read as labelled; what is wrong with it is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig
from trackmend_training.datasets import LabelledImage, combine, load_source
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.jde import sidecar_path


def write_image(folder: Path, name: str, lines: list[str] | None) -> Path:
    path = folder / "images" / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((100, 200, 3), np.uint8))
    if lines is not None:
        label = folder / "labels_with_ids" / f"{name}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("\n".join(lines))
    return path


def test_boxes_come_in_pixels_and_identities_from_zero(tmp_path: Path) -> None:
    write_image(tmp_path, "a", ["0 17 0.5 0.5 0.1 0.4", "0 -1 0.25 0.5 0.1 0.2"])
    write_image(tmp_path, "b", ["0 17 0.5 0.5 0.1 0.4"])
    first, second = load_source(SourceConfig(path=str(tmp_path)))
    np.testing.assert_allclose(first.boxes_xyxy, [[90, 30, 110, 70], [40, 40, 60, 60]], atol=1e-4)
    assert first.identities.tolist() == [0, 1]
    assert second.identities.tolist() == [0]


def test_boxes_without_identity_can_stay_without(tmp_path: Path) -> None:
    write_image(tmp_path, "a", ["0 -1 0.5 0.5 0.1 0.4"])
    (image,) = load_source(SourceConfig(path=str(tmp_path), own_identity_per_box=False))
    assert image.identities.tolist() == [-1]


def test_an_image_without_labels_has_no_people(tmp_path: Path) -> None:
    write_image(tmp_path, "a", None)
    (image,) = load_source(SourceConfig(path=str(tmp_path)))
    assert image.boxes_xyxy.shape == (0, 4)


def test_a_list_names_images_relative_to_itself(tmp_path: Path) -> None:
    write_image(tmp_path / "set", "a", ["0 3 0.5 0.5 0.1 0.4"])
    (tmp_path / "set.txt").write_text("set/images/a.png\n\n")
    (image,) = load_source(SourceConfig(path=str(tmp_path / "set.txt")))
    assert len(image.boxes_xyxy) == 1


def test_only_the_last_images_folder_is_swapped() -> None:
    path = Path("images", "set", "images", "x", "a.jpg")
    assert sidecar_path(path, "labels_with_ids") == Path(
        "images", "set", "labels_with_ids", "x", "a.txt"
    )


@pytest.mark.parametrize("line", ["0 1 0.5 0.5 0.1", "0 one 0.5 0.5 0.1 0.1"])
def test_a_broken_label_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    write_image(tmp_path, "a", ["0 1 0.5 0.5 0.1 0.1", line])
    with pytest.raises(UserError, match=r"Line 2 of .*a\.txt"):
        load_source(SourceConfig(path=str(tmp_path)))


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    path = write_image(tmp_path, "a", [])
    path.write_text("not a picture")
    with pytest.raises(UserError, match=r"a\.png cannot be read"):
        load_source(SourceConfig(path=str(tmp_path)))


def test_material_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training material"):
        load_source(SourceConfig(path=str(tmp_path / "none")))
    with pytest.raises(UserError, match="No image"):
        load_source(SourceConfig(path=str(tmp_path)))
    with pytest.raises(UserError, match="nothing to learn from"):
        combine([([], 1.0)])


def test_sources_share_no_identity_and_get_their_share(tmp_path: Path) -> None:
    image = LabelledImage(
        path=tmp_path,
        boxes_xyxy=np.zeros((2, 4), np.float32),
        identities=np.array([1, -1]),
    )
    material = combine([([image], 3.0), ([image, image], 1.0)])
    assert material.identity_count == 4
    assert [entry.identities.tolist() for entry in material.images] == [[1, -1], [3, -1], [3, -1]]
    np.testing.assert_allclose(material.shares, [0.75, 0.125, 0.125])


def test_prototypes_are_the_teachers_mean_or_random(tmp_path: Path) -> None:
    taught = LabelledImage(
        path=tmp_path,
        boxes_xyxy=np.zeros((2, 4), np.float32),
        identities=np.array([0, 2]),
        teacher=np.array([[1, 0, 0], [0, 0, 0]], np.float32),
    )
    prototypes = combine([([taught], 1.0)]).prototypes(3)
    np.testing.assert_allclose(prototypes[0], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(prototypes, axis=1), 1, rtol=1e-6)


def test_drawn_material_reads_back(tmp_path: Path) -> None:
    drawn = list(write_drawn_material(tmp_path, frame_count=2, seed=5, width=320, height=256))
    read = load_source(SourceConfig(path=str(tmp_path)))
    assert [image.path for image in read] == [frame.path for frame in drawn]
    for image, frame in zip(read, drawn, strict=True):
        np.testing.assert_allclose(image.boxes_xyxy, frame.boxes_xyxy, atol=0.01)
        assert image.read().shape == (256, 320, 3)
