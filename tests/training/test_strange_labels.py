"""Labels with numbers, names and nesting that nobody meant are one sentence, not a traceback."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.gather import load_any, read_raw
from trackmend_training.pictures import read_picture

BIG = 10**400


def refuse(path: Path, kind: str = "auto") -> None:
    """Read training material and expect a short sentence."""
    with pytest.raises(UserError) as caught:
        load_any(SourceConfig(path=str(path), kind=kind))
    assert str(caught.value)


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((96, 128, 3), np.uint8))


@pytest.mark.parametrize(
    "row",
    [
        *(
            "0 1e308 .5 .5 .2 .2",
            "0 1e30 .5 .5 .2 .2",
            "0 1 1e308 .5 .2 .2",
            f"0 {BIG} .5 .5 .2 .2",
        ),
        "0 .51 .5 .2 .3 .9",  # YOLO text with a score
    ],
)
def test_jde(row: str, tmp_path: Path) -> None:
    picture(tmp_path / "images" / "1.jpg")
    (tmp_path / "labels_with_ids").mkdir()
    (tmp_path / "labels_with_ids" / "1.txt").write_text(row)
    refuse(tmp_path)


@pytest.mark.parametrize(
    "row", ["inf .5 .5 .2 .2", "nan .5 .5 .2 .2", "0 1e308 .5 .2 .2", "0.7 .5 .5 .2 .2"]
)
def test_yolo(row: str, tmp_path: Path) -> None:
    picture(tmp_path / "images" / "1.jpg")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "1.txt").write_text(row)
    refuse(tmp_path, "yolo")


@pytest.mark.parametrize(
    "changes",
    [{"bbox": [1e308, 1, 1e308, 1]}, {"bbox": [BIG, 1, 1, 1]}]
    + [{"track_id": value} for value in (1e308, float("inf"), float("nan"), 10**30, "1e400", 1.5)],
)
def test_coco(changes: dict[str, Any], tmp_path: Path) -> None:
    picture(tmp_path / "1.jpg")
    box = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40], **changes}
    images = [{"id": 1, "file_name": "1.jpg"}]
    (tmp_path / "a.json").write_text(json.dumps({"images": images, "annotations": [box]}))
    refuse(tmp_path / "a.json")


@pytest.mark.parametrize("fbox", [[1e308, 1, 1e308, 1], [BIG, 1, 1, 1]])
def test_crowdhuman(fbox: list[float], tmp_path: Path) -> None:
    picture(tmp_path / "1.jpg")
    row = {"ID": "1", "gtboxes": [{"tag": "person", "fbox": fbox}]}
    (tmp_path / "a.odgt").write_text(json.dumps(row))
    refuse(tmp_path / "a.odgt")


@pytest.mark.parametrize("name", ["n" * 5000, "a\0b.jpg"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": name}]
    (tmp_path / "a.json").write_text(json.dumps({"images": images, "annotations": []}))
    refuse(tmp_path / "a.json")
    (tmp_path / "list.txt").write_text(f"images/{name}\n")
    refuse(tmp_path / "list.txt", "jde")
    (tmp_path / "cfg.json").write_text(json.dumps({"train": {"a": name}}))
    refuse(tmp_path / "cfg.json", "fairmot")


@pytest.mark.parametrize("text", ["[" * 200_000, '{"images":' + "[" * 100_000])
def test_json_without_end(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    refuse(tmp_path / "a.json")


def test_a_picture_that_claims_to_be_enormous_is_none(tmp_path: Path) -> None:
    path = tmp_path / "1.ppm"
    path.write_bytes(b"P6 60000 60000 255\n" + bytes(100))
    assert read_picture(path) is None
    assert read_picture(tmp_path / "no\udcff.png") is None


@pytest.mark.parametrize("text", ["a=" + "[" * 100_000, "a=" + "9" * 5000])
def test_a_configuration_without_end(text: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UserError, match="not valid TOML"):
        TrainConfig.from_toml(tmp_path / "c.toml")


def test_coco_tells_of_boxes_without_an_image_and_takes_no_identity_for_none(
    tmp_path: Path,
) -> None:
    picture(tmp_path / "1.jpg")
    box = {"category_id": 1, "bbox": [1, 2, 30, 40], "track_id": None}
    content = {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "annotations": [{**box, "image_id": 1}, {**box, "image_id": "1"}],
    }
    (tmp_path / "a.JSON").write_text(json.dumps(content))
    raw = read_raw(SourceConfig(path=str(tmp_path / "a.JSON")))
    assert raw.images[0].identities.tolist() == [-1]
    assert raw.notes == ["a.JSON: 1 boxes are of images that it does not list."]
