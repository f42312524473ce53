"""Folders of images as video."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numbered_video import draw_numbered, numbers_read

from trackmend_core.errors import UserError
from trackmend_core.video import fingerprint, open_video

SEQINFO = "[Sequence]\nname=street\nimDir=img1\nframeRate=30\nseqLength=3\n"


def _save(path: Path, number: int, **size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, content = cv2.imencode(path.suffix, draw_numbered(number, **size))
    assert done
    path.write_bytes(content.tobytes())


def test_images_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 3, 10, 20, 100):
        _save(tmp_path / f"frame{number}.png", number)
    (tmp_path / "readme.txt").write_text("not an image")
    (tmp_path / ".hidden.png").write_bytes(b"")
    with open_video(tmp_path) as source:
        assert numbers_read(source, range(6)) == [1, 2, 3, 10, 20, 100]
        assert source.frame_rate == 25
        assert "25 frames per second are assumed" in source.notices[0]
        assert source.timestamp_s(5) == pytest.approx(0.2)
        assert source.frame_at(0.17) == 4


@pytest.mark.parametrize("opened", ["", "img1"])
def test_a_motchallenge_sequence_gives_its_frame_rate(opened: str, tmp_path: Path) -> None:
    for number in range(3):
        _save(tmp_path / "img1" / f"{number + 1:06d}.jpg", number)
    (tmp_path / "seqinfo.ini").write_text(SEQINFO)
    with open_video(tmp_path / opened) as source:
        assert (source.frame_count, source.frame_rate) == (3, 30)
        assert source.notices == ()
        assert numbers_read(source, [2, 0, 1]) == [2, 0, 1]


@pytest.mark.parametrize("text", ["frameRate=30", "[Sequence]\nframeRate=fast\n", "[Sequence]\n"])
def test_a_broken_seqinfo_costs_only_the_frame_rate(text: str, tmp_path: Path) -> None:
    _save(tmp_path / "img1" / "000001.jpg", 0)
    (tmp_path / "seqinfo.ini").write_text(text)
    with open_video(tmp_path) as source:
        assert source.frame_rate == 25
        assert len(source.notices) == 1


def test_a_damaged_image_is_named_and_the_others_stay_readable(tmp_path: Path) -> None:
    for number in range(3):
        _save(tmp_path / f"{number}.png", number)
    (tmp_path / "1.png").write_bytes(b"no picture")
    with open_video(tmp_path) as source:
        with pytest.raises(UserError, match=r"1\.png is damaged"):
            source.read(1)
        assert numbers_read(source, [0, 2]) == [0, 2]


def test_an_image_of_another_size_is_named(tmp_path: Path) -> None:
    _save(tmp_path / "0.png", 0)
    _save(tmp_path / "1.png", 1, width=200)
    with (
        open_video(tmp_path) as source,
        pytest.raises(UserError, match=r"1\.png is 200 x 96 pixels"),
    ):
        source.read(1)


def test_an_image_that_vanishes_is_named(tmp_path: Path) -> None:
    for number in range(2):
        _save(tmp_path / f"{number}.png", number)
    with open_video(tmp_path) as source:
        (tmp_path / "1.png").unlink()
        with pytest.raises(UserError, match=r"1\.png cannot be read"):
            source.read(1)


def test_grey_and_transparent_images_come_out_in_colour(tmp_path: Path) -> None:
    for name, shape in (("0.png", (20, 30)), ("1.png", (20, 30, 4))):
        done, content = cv2.imencode(".png", np.full(shape, 77, np.uint8))
        assert done
        (tmp_path / name).write_bytes(content.tobytes())
    with open_video(tmp_path) as source:
        assert source.read(0).shape == source.read(1).shape == (20, 30, 3)


def test_frames_outside_the_folder_and_after_closing_are_refused(tmp_path: Path) -> None:
    _save(tmp_path / "0.png", 0)
    source = open_video(tmp_path)
    with pytest.raises(IndexError):
        source.read(1)
    with pytest.raises(IndexError):
        source.timestamp_s(-1)
    source.close()
    with pytest.raises(ValueError, match="closed"):
        source.read(0)


def test_the_fingerprint_of_a_folder_follows_its_images(tmp_path: Path) -> None:
    for number in range(3):
        _save(tmp_path / f"{number}.png", number)
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    _save(tmp_path / "3.png", 3)
    assert fingerprint(tmp_path) != before
    (tmp_path / "3.png").unlink()
    assert fingerprint(tmp_path) == before
    (tmp_path / "2.png").rename(tmp_path / "4.png")
    assert fingerprint(tmp_path) != before
