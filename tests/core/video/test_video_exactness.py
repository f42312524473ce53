"""Frame n is frame n: every codec, container and clock we can draw, read in order and at random."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numbered_video import draw_numbered, number_in, numbers_read, write_numbered

from trackmend_core.video import decoder, open_video

X264 = {"preset": "veryfast", "g": "12", "bf": "3"}
OPEN_GOP = "open-gop=1:keyint=12:min-keyint=4:bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0"
REFRESH = "intra-refresh=1:keyint=20:bframes=0"

CASES: dict[str, tuple[str, dict[str, object]]] = {
    "h264 with B-frames, mp4": ("a.mp4", {"options": X264}),
    "h264 with B-frames, mkv": ("a.mkv", {"options": X264}),
    "h264 with B-frames, mov": ("a.mov", {"options": X264}),
    "h264 with B-frames, ts": ("a.ts", {"options": X264}),
    "h264 with B-frames, flv": ("a.flv", {"options": X264}),
    "h264 with B-frames, avi": ("a.avi", {"options": X264}),
    "h264 with B-frames, raw": ("a.h264", {"options": X264}),
    "h264 one key frame only": ("a.mp4", {"options": {"g": "999", "bf": "3"}}),
    "h264 open GOP, mp4": ("a.mp4", {"options": {"x264-params": OPEN_GOP}}),
    "h264 open GOP, mkv": ("a.mkv", {"options": {"x264-params": OPEN_GOP}}),
    "h264 open GOP, ts": ("a.ts", {"options": {"x264-params": OPEN_GOP}}),
    "h264 intra refresh, mp4": ("a.mp4", {"options": {"x264-params": REFRESH}}),
    "h264 intra refresh, ts": ("a.ts", {"options": {"x264-params": REFRESH}}),
    "h264 fragmented mp4": (
        "a.mp4",
        {"options": X264, "container_options": {"movflags": "frag_keyframe+empty_moov"}},
    ),
    "h264 faststart mp4": (
        "a.mp4",
        {"options": X264, "container_options": {"movflags": "faststart"}},
    ),
    "h264 negative first decoding time, mp4": (
        "a.mp4",
        {"options": X264, "container_options": {"use_editlist": "0"}},
    ),
    "h264 ten bit": ("a.mp4", {"options": X264, "pix_fmt": "yuv420p10le"}),
    "h264 interlaced": ("a.ts", {"options": {"x264-params": "tff=1:keyint=12"}}),
    "hevc open GOP": (
        "a.mp4",
        {"codec": "libx265", "options": {"x265-params": "log-level=none:keyint=12:open-gop=1"}},
    ),
    "mpeg4, mp4": ("a.mp4", {"codec": "mpeg4", "options": {"g": "12"}}),
    "mpeg4 with B-frames, avi": ("a.avi", {"codec": "mpeg4", "options": {"g": "12", "bf": "2"}}),
    "mpeg4 with B-frames, mp4": ("a.mp4", {"codec": "mpeg4", "options": {"g": "12", "bf": "2"}}),
    "mpeg2, mpg": ("a.mpg", {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}}),
    "mpeg2, ts": ("a.ts", {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}}),
    "mjpeg, avi": ("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    "vp8 with hidden frames, webm": (
        "a.webm",
        {
            "codec": "libvpx",
            "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "g": "20", "cpu-used": "8"},
        },
    ),
    "vp9, webm": (
        "a.webm",
        {"codec": "libvpx-vp9", "options": {"g": "20", "cpu-used": "8", "deadline": "realtime"}},
    ),
    "av1, mp4": ("a.mp4", {"codec": "libsvtav1", "options": {"preset": "12", "g": "20"}}),
    "ffv1, mkv": ("a.mkv", {"codec": "ffv1", "options": {"g": "1"}}),
    "30000/1001 frames per second": ("a.mp4", {"options": X264, "rate": Fraction(30000, 1001)}),
    "12.5 frames per second": ("a.avi", {"codec": "mpeg4", "rate": Fraction(25, 2)}),
    "variable rate, mp4": (
        "a.mp4",
        {
            "options": X264,
            "times": [n * 40 + (n * n * 7) % 31 for n in range(60)],
            "time_base": Fraction(1, 1000),
        },
    ),
    "variable rate with a gap, mkv": (
        "a.mkv",
        {
            "options": X264,
            "times": [n * 33 + (20_000 if n > 25 else 0) for n in range(60)],
            "time_base": Fraction(1, 1000),
        },
    ),
    "non-zero start, ts": ("a.ts", {"options": X264, "times": [n + 5000 for n in range(60)]}),
    "non-zero start, mp4": ("a.mp4", {"options": X264, "times": [n + 77 for n in range(60)]}),
}


@pytest.fixture(params=CASES, ids=lambda name: name)
def numbered(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, arguments = CASES[request.param]
    return write_numbered(tmp_path / name, **arguments)  # type: ignore[arg-type]


def test_sequential_and_random_reading_give_the_numbered_frames(
    numbered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_video(numbered, cache_dir=tmp_path) as source:
        assert source.notices == ()
        count = source.frame_count
        in_order = [source.read(index) for index in range(count)]
        assert [number_in(image) for image in in_order] == list(range(60))
    order = np.random.default_rng(7).permutation(count).tolist()
    monkeypatch.setattr(decoder, "_KEPT_BYTES", 0)
    for step in (order, range(count - 1, -1, -3), [0, count - 1, 0]):
        with open_video(numbered, cache_dir=tmp_path) as source:
            for index in step:
                np.testing.assert_array_equal(source.read(index), in_order[index])


def test_pixels_come_out_as_they_were_drawn(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", 5, options={"crf": "4"})
    with open_video(path, cache_dir=tmp_path) as source:
        for index in range(5):
            difference = np.abs(source.read(index).astype(int) - draw_numbered(index))
            assert difference[20:].mean() < 6


def test_frames_that_an_edit_list_hides_are_not_counted(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", options=X264, times=[n - 9 for n in range(60)])
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.notices == ()
        assert source.frame_count == 51
        assert numbers_read(source, [50, 3, 0, 1, 30, 2]) == [59, 12, 9, 10, 39, 11]


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.ts"])
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(25, 2)])
def test_a_constant_rate_is_told_exactly(name: str, rate: Fraction, tmp_path: Path) -> None:
    path = write_numbered(tmp_path / name, 30, options=X264, rate=rate)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.frame_rate == pytest.approx(float(rate), rel=1e-6)
        for index in range(30):
            assert source.timestamp_s(index) == pytest.approx(index / float(rate), abs=2e-3)
            assert source.frame_at(source.timestamp_s(index)) == index


def test_a_variable_rate_keeps_its_own_times(tmp_path: Path) -> None:
    times = [n * 40 + (n * n * 7) % 31 for n in range(60)]
    path = write_numbered(
        tmp_path / "a.mp4", options=X264, times=times, time_base=Fraction(1, 1000)
    )
    with open_video(path, cache_dir=tmp_path) as source:
        seconds = [source.timestamp_s(index) for index in range(60)]
        assert seconds == pytest.approx([(t - times[0]) / 1000 for t in times], abs=1e-3)
        assert source.frame_at(seconds[10] - 0.001) == 9
        assert source.frame_at(-5.0) == 0
        assert source.frame_at(1e6) == 59


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_rotation_the_file_asks_for_is_done(rotation: int, tmp_path: Path) -> None:
    lossless = {"qp": "0"}  # what two encodings lose need not be the same
    upright = write_numbered(tmp_path / "plain.mp4", 3, options=lossless)
    turned = write_numbered(tmp_path / "turned.mp4", 3, options=lossless, rotation=rotation)
    with (
        open_video(upright, cache_dir=tmp_path) as plain,
        open_video(turned, cache_dir=tmp_path) as source,
    ):
        expected = np.rot90(plain.read(2), rotation // 90)
        assert (source.height, source.width) == expected.shape[:2]
        np.testing.assert_array_equal(source.read(2), expected)


def test_the_caller_may_change_a_frame_without_harm(tmp_path: Path) -> None:
    with open_video(write_numbered(tmp_path / "a.mp4", 4), cache_dir=tmp_path) as source:
        source.read(1)[:] = 0
        assert numbers_read(source, [1]) == [1]


def test_frames_outside_the_video_raise_index_errors(tmp_path: Path) -> None:
    with open_video(write_numbered(tmp_path / "a.mp4", 4), cache_dir=tmp_path) as source:
        for index in (-1, 4):
            with pytest.raises(IndexError):
                source.read(index)
            with pytest.raises(IndexError):
                source.timestamp_s(index)


def test_a_closed_source_says_so(tmp_path: Path) -> None:
    source = open_video(write_numbered(tmp_path / "a.mp4", 4), cache_dir=tmp_path)
    source.close()
    source.close()
    with pytest.raises(ValueError, match="closed"):
        source.read(0)
