"""Files that are whole but odd: nobody is told that they are damaged, and every frame is right."""

import re
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numbered_video import draw_numbered, number_in, numbers_read, write_numbered

from trackmend_core.errors import UserError
from trackmend_core.video import open_video
from trackmend_core.video.images import numbering_notice


@pytest.mark.parametrize(
    ("name", "codec", "first", "gap"),
    [
        ("late.mkv", "libx264", 100_000, 0),
        ("early.mkv", "libx264", -30, 0),
        ("pause.avi", "mpeg4", 0, 30),
        ("late.avi", "mpeg4", 50, 0),
    ],
)
def test_a_late_start_or_a_pause_is_no_damage(
    name: str, codec: str, first: int, gap: int, tmp_path: Path
) -> None:
    times = [first + n + (gap if n > 20 else 0) for n in range(60)]
    path = write_numbered(tmp_path / name, codec=codec, times=times)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.notices == ()
        assert numbers_read(source, range(60)) == list(range(60))


def test_frames_that_an_edit_list_hides_are_not_called_damaged(tmp_path: Path) -> None:
    times = [n - 30 for n in range(60)]
    path = write_numbered(tmp_path / "hidden.mp4", times=times, options={"g": "12", "bf": "3"})
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.notices == ()
        assert numbers_read(source, range(source.frame_count)) == list(range(30, 60))


@pytest.mark.parametrize("kept", [0.5, 0.9])
@pytest.mark.parametrize("name", ["cut.avi", "cut.mp4"])
def test_a_file_that_is_cut_off_is_still_told(name: str, kept: float, tmp_path: Path) -> None:
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    path = write_numbered(tmp_path / name, codec="mpeg4", container_options=options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with open_video(path, cache_dir=tmp_path) as source:
        assert "Truncated" in source.notices[0]


def write_two(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """Write videos of several sizes into one file; the size is what their frames show."""
    with av.open(str(path), "w") as container:
        streams = []
        for width, height in sizes:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            streams.append(stream)
        for number in range(20):
            for stream in streams:
                image = draw_numbered(number, width=stream.width, height=stream.height)
                frame = av.VideoFrame.from_ndarray(image, format="bgr24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["two.mkv", "two.ts"])
@pytest.mark.parametrize("sizes", [[(160, 96), (320, 192)], [(320, 192), (160, 96)]])
def test_of_two_videos_in_a_file_the_larger_is_shown_and_said(
    name: str, sizes: list[tuple[int, int]], tmp_path: Path
) -> None:
    with open_video(write_two(tmp_path / name, sizes), cache_dir=tmp_path) as source:
        assert (source.width, source.height) == (320, 192)
        assert source.notices == ("The file holds 2 videos; only the one of 320 x 192 is shown.",)
        assert numbers_read(source, [11, 3, 19]) == [11, 3, 19]


def test_an_animated_png_reads_the_same_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with av.open(str(path), "w", format="apng") as container:
        stream = container.add_stream("apng", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "rgb24"
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(draw_numbered(number), format="bgr24")
            container.mux(stream.encode(frame.reformat(format="rgb24")))
        container.mux(stream.encode(None))
    with open_video(path, cache_dir=tmp_path) as source:
        assert numbers_read(source, range(29, -1, -1)) == list(range(29, -1, -1))


def test_an_image_that_claims_to_be_enormous_is_damaged_not_a_bug(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    (tmp_path / "1.png").write_bytes(png + struct.pack(">I", zlib.crc32(header)))
    with pytest.raises(UserError, match="damaged"):
        open_video(tmp_path)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["000001.jpg", "000002.jpg", "000003.jpg", "000004.jpg"], ""),
        (["000001.jpg", "000002.jpg", "000003.jpg", "000007.jpg"], "3 .* after 000003.jpg"),
        (["cam2_0.png", "cam2_5.png", "cam2_10.png", "cam2_20.png"], "1 .* after cam2_10.png"),
        (["0.png", "5.png", "10.png"], ""),
        (["1.jpg", "1.png", "2.jpg"], "1.jpg and 1.png have one number"),
        (["1.jpg", "1.png"], "1.jpg and 1.png have one number"),
        (["a.jpg", "b.jpg"], ""),
        (["1403.jpg", "1436.jpg", "1471.jpg", "1502.jpg", "1540.jpg"], ""),
        (["cam1_3.png", "cam2_4.png"], ""),
        (["1.jpg"], ""),
    ],
)
def test_numbers_that_are_missing_or_double_are_said(names: list[str], said: str) -> None:
    found = numbering_notice([Path(name) for name in names])
    assert re.search(said, found) if said else found == ""


def test_a_folder_with_a_gap_counts_its_images_and_says_so(tmp_path: Path) -> None:
    for place, number in enumerate((1, 2, 3, 9)):
        cv2.imwrite(str(tmp_path / f"{number:06}.png"), draw_numbered(place))
    with open_video(tmp_path) as source:
        assert any("5 of the numbered images are missing" in note for note in source.notices)
        assert [number_in(np.asarray(source.read(n))) for n in range(4)] == [0, 1, 2, 3]
