"""Data sets of every form are read as they mean it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from corrected_project import EditedStreet

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets import LabelledImage, made
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.gather import gather_material, kind_of, load_any
from trackmend_training.datasets.image_size import read_image_size

WIDTH, HEIGHT = 200, 100


def write_image(path: Path, *, width: int = WIDTH, height: int = HEIGHT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.zeros((height, width, 3), np.uint8))
    return path


def write_text(path: Path, lines: Sequence[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def write_sequence(folder: Path, rows: Sequence[str], *, frames: int = 4) -> Path:
    for frame in range(1, frames + 1):
        write_image(folder / "img1" / f"{frame:06d}.jpg")
    write_text(folder / "gt" / "gt.txt", rows)
    return folder


def boxes_of(image: LabelledImage) -> list[list[float]]:
    return image.boxes_xyxy.round(3).tolist()


def source(path: Path, **settings: object) -> SourceConfig:
    return replace(SourceConfig(path=str(path)), **settings)


MOT17_ROWS = (
    "2,7,30,10,20,40,1,1,0.9",
    "1,7,20,10,20,40,1,1,1",
    "1,3,90,10,20,40,1,1,1",
    "1,9,10,50,20,40,0,1,1",
    "1,4,50,50,20,40,1,7,1",
    "1,5,70,50,20,40,1,3,1",
)


def test_mot17_marks_and_classes_are_heeded(tmp_path: Path) -> None:
    images = load_any(source(write_sequence(tmp_path / "MOT17-02-SDP", MOT17_ROWS)))
    assert len(images) == 4
    assert boxes_of(images[0]) == [[20, 10, 40, 50], [90, 10, 110, 50]]
    assert images[0].identities[0] == images[1].identities[0] != images[0].identities[1]
    # The unmarked person and the static one; the car is background.
    assert images[0].ignored_xyxy.tolist() == [[10, 50, 30, 90], [50, 50, 70, 90]]
    assert boxes_of(images[2]) == []


def test_mot15_world_coordinates_are_no_classes(tmp_path: Path) -> None:
    rows = ["1,1,20,10,20,40,1,4.5,5.5,0", "2,1,22,10,20,40,1,-1,-1,-1"]
    images = load_any(source(write_sequence(tmp_path / "TUD", rows)))
    assert [len(image.boxes_xyxy) for image in images] == [1, 1, 0, 0]
    assert images[0].identities.tolist() == images[1].identities.tolist() == [0]


def test_images_that_are_counted_from_0_lose_no_frame(tmp_path: Path) -> None:
    folder = write_sequence(tmp_path / "SEQ", ["1,1,20,10,20,40,1,1,1", "2,2,30,10,20,40,1,1,1"])
    for frame in range(1, 5):
        (folder / "img1" / f"{frame:06d}.jpg").rename(folder / "img1" / f"{frame - 1:06d}.jpg")
    images = load_any(source(folder))
    assert [boxes_of(image) for image in images[:2]] == [[[20, 10, 40, 50]], [[30, 10, 50, 50]]]


def test_a_folder_of_sequences_takes_each_once_and_mixes_no_identity(tmp_path: Path) -> None:
    for name in ("MOT17-02-DPM", "MOT17-02-SDP", "MOT17-04-SDP", "MOT20-01"):
        write_sequence(tmp_path / name, ["1,1,20,10,20,40,1,1,1"], frames=1)
    assert kind_of(source(tmp_path)) == "mot"
    images = load_any(source(tmp_path))
    assert [image.path.parts[-3] for image in images] == [
        "MOT17-02-SDP",
        "MOT17-04-SDP",
        "MOT20-01",
    ]
    assert [image.identities.tolist() for image in images] == [[0], [1], [2]]


@pytest.mark.parametrize(
    ("part", "every", "frames"),
    [
        ("first-half", 1, [1, 2]),
        ("second-half", 1, [3, 4, 5]),
        ("second-half", 2, [3, 5]),
        ("all", 3, [1, 4]),
    ],
)
def test_sequences_are_halved_by_the_convention(
    part: str, every: int, frames: list[int], tmp_path: Path
) -> None:
    write_sequence(tmp_path / "A", ["1,1,20,10,20,40,1,1,1"], frames=5)
    write_sequence(tmp_path / "B", ["1,1,20,10,20,40,1,1,1"], frames=5)
    images = load_any(source(tmp_path, part=part, every=every))
    assert [int(image.path.stem) for image in images] == frames * 2


def test_crowdhuman_boxes_are_whole_bodies_each_its_own(tmp_path: Path) -> None:
    write_image(tmp_path / "Images" / "a,1.jpg")
    record = {
        "ID": "a,1",
        "gtboxes": [
            {"tag": "person", "fbox": [10, 20, 30, 60], "vbox": [1, 1, 2, 2], "extra": {}},
            {"tag": "person", "fbox": [50, 20, 30, 60], "extra": {"ignore": 1}},
            {"tag": "mask", "fbox": [90, 20, 30, 60], "extra": {"ignore": 1}},
            {"tag": "person", "fbox": [-5, 20, 30, 60]},
        ],
    }
    path = write_text(tmp_path / "annotation_train.odgt", [json.dumps(record)])
    (image,) = load_any(source(path))
    assert boxes_of(image) == [[10, 20, 40, 80], [-5, 20, 25, 80]]
    assert image.identities.tolist() == [0, 1]
    assert image.ignored_xyxy.tolist() == [[50, 20, 80, 80], [90, 20, 120, 80]]
    (nameless,) = load_any(source(path, own_identity_per_box=False))
    assert nameless.identities.tolist() == [-1, -1]


def test_coco_gives_its_persons(tmp_path: Path) -> None:
    write_image(tmp_path / "photos" / "a.jpg")
    content = {
        "images": [{"id": 5, "file_name": "a.jpg", "video_id": 1}],
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "car"}],
        "annotations": [
            {"image_id": 5, "category_id": 1, "bbox": [10, 20, 30, 40], "track_id": 8},
            {"image_id": 5, "category_id": 2, "bbox": [0, 0, 9, 9]},
            {"image_id": 5, "category_id": 1, "bbox": [60, 20, 30, 40], "iscrowd": 1},
        ],
    }
    path = tmp_path / "persons.json"
    path.write_text(json.dumps(content))
    (image,) = load_any(source(path, images=str(tmp_path / "photos")))
    assert boxes_of(image) == [[10, 20, 40, 60]]
    assert image.identities.tolist() == [0]
    assert image.ignored_xyxy.tolist() == [[60, 20, 90, 60]]


def test_yolo_text_has_classes_and_no_identity(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "a.jpg")
    write_image(tmp_path / "images" / "b.jpg")
    write_text(tmp_path / "labels" / "a.txt", ["0 0.5 0.5 0.1 0.4", "2 0.1 0.1 0.1 0.1"])
    assert kind_of(source(tmp_path)) == "yolo"
    first, second = load_any(source(tmp_path))
    assert boxes_of(first) == [[90, 30, 110, 70]]
    assert first.identities.tolist() == [0]
    assert boxes_of(second) == []


def test_lists_of_a_fairmot_cfg_share_no_identity(tmp_path: Path) -> None:
    root = tmp_path / "data"
    for name in ("one", "two"):
        write_image(root / name / "images" / "a.jpg")
        write_text(root / name / "labels_with_ids" / "a.txt", ["0 3 0.5 0.5 0.1 0.4"])
        write_text(tmp_path / "src" / "data" / f"{name}.train", [f"{name}/images/a.jpg"])
    cfg = tmp_path / "src" / "lib" / "cfg" / "data.json"
    cfg.parent.mkdir(parents=True)
    trains = {name: f"./data/{name}.train" for name in ("one", "two")}
    cfg.write_text(json.dumps({"root": str(root), "train": trains}))
    assert kind_of(source(cfg)) == "fairmot"
    assert [image.identities.tolist() for image in load_any(source(cfg))] == [[0], [1]]


def test_streets_are_drawn_once(tmp_path: Path) -> None:
    street = source(tmp_path / "street", kind="street", frames=1, seed=3)
    (first,) = load_any(street)
    stamp = first.path.stat().st_mtime_ns
    (again,) = load_any(street)
    assert again.path.stat().st_mtime_ns == stamp and len(first.boxes_xyxy)
    with pytest.raises(UserError, match="other drawn streets"):
        load_any(replace(street, seed=4))


def test_a_drawing_that_was_interrupted_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = source(tmp_path / "street", kind="street", frames=3, seed=3)
    wanted = [image.boxes_xyxy for image in load_any(replace(street, path=str(tmp_path / "whole")))]

    def draw_a_part(folder: Path, *, frame_count: int, seed: int) -> Iterator[object]:
        del frame_count
        yield from islice(write_drawn_material(folder, frame_count=9, seed=seed), 6)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(made, "write_drawn_material", draw_a_part)
        with pytest.raises(KeyboardInterrupt):
            load_any(street)
    kept = tmp_path / "street" / "images" / "mine.txt"
    kept.write_text("not drawn")
    drawn = load_any(street)
    assert len(drawn) == 3 and kept.is_file(), "six were there, of another number"
    assert all(map(np.array_equal, (image.boxes_xyxy for image in drawn), wanted))
    assert len(load_any(street)) == 3


def test_a_project_teaches_its_corrected_tracks(edited_street: EditedStreet) -> None:
    path = edited_street.project.path
    images = load_any(source(path, frames=3))
    assert kind_of(source(path)) == "project"
    assert len(images) == 3
    assert all(len(image.boxes_xyxy) for image in images)
    assert max(image.identities.max() for image in images) >= 1
    assert images[0].read().shape[2] == 3


def test_mixed_sources_share_no_identity(tmp_path: Path) -> None:
    write_sequence(tmp_path / "A", ["1,1,20,10,20,40,1,1,1"], frames=1)
    write_image(tmp_path / "y" / "images" / "a.jpg")
    write_text(tmp_path / "y" / "labels" / "a.txt", ["0 0.5 0.5 0.1 0.4"])
    config = TrainConfig(
        out_dir=str(tmp_path / "out"),
        sources=(source(tmp_path / "A", share=3.0), source(tmp_path / "y")),
    )
    material = gather_material(config)
    assert [image.identities.tolist() for image in material.images] == [[0], [1]]
    assert material.shares.tolist() == [0.75, 0.25]


def test_labels_written_twice_count_once(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "a.jpg")
    write_text(tmp_path / "labels_with_ids" / "a.txt", ["0 1 0.5 0.5 0.1 0.4"] * 2)
    (image,) = load_any(source(tmp_path))
    assert len(image.boxes_xyxy) == 1


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("a.odgt", "{", "a.odgt, line 1 is not valid JSON"),
        ("a.odgt", '{"ID": "x", "gtboxes": [{"tag": "person"}]}', "not CrowdHuman's form"),
        ("a.json", "[1]", "neither a FairMOT cfg nor COCO"),
        ("a.json", '{"images": [{}], "annotations": []}', "not COCO's form"),
        ("a.json", '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "car"}]}',
         "no category “person”"),
        ("a.json", '{"train": {"x": "none.train"}}', "The list none.train is not there"),
        ("a.trackmend", "text", "a.trackmend"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_named(name: str, text: str, named: str, tmp_path: Path) -> None:
    write_image(tmp_path / "x.jpg")
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError, match=named):
        load_any(source(path))


def test_images_that_are_missing_are_named(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.odgt", [json.dumps({"ID": "gone", "gtboxes": []})])
    with pytest.raises(UserError, match=r"gone\.jpg cannot be read"):
        load_any(source(path))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_the_size_of_an_image_is_read_from_its_head(name: str, tmp_path: Path) -> None:
    assert read_image_size(write_image(tmp_path / name, width=37, height=21)) == (37, 21)
    assert read_image_size(tmp_path / "none.jpg") is None
    (tmp_path / "text.jpg").write_bytes(b"\xff\xd8 no photo")
    assert read_image_size(tmp_path / "text.jpg") is None


def test_a_photo_that_says_it_is_turned_has_the_size_of_its_pixels(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.jpg", width=40, height=20)
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
    exif = b"Exif\x00\x00" + tiff + b"\x00\x00\x00\x00"
    content = path.read_bytes()
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    path.write_bytes(content[:2] + segment + content[2:])
    decoded = cv2.imread(str(path))
    assert decoded is not None and decoded.shape[:2] == (40, 20)
    assert read_image_size(path) == (20, 40)
