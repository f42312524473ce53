"""Damaged, odd and hostile files: open as far as they decode, or say in one sentence why not."""

import os
import wave
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numbered_video import HEIGHT, WIDTH, draw_numbered, number_in, numbers_read, write_numbered

from trackmend_core.errors import UserError
from trackmend_core.video import VideoSource, open_video

X264 = {"preset": "veryfast", "g": "12", "bf": "3"}
FASTSTART = {"movflags": "faststart"}


def _cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def _check_that_frames_rise(source: VideoSource) -> None:
    """Only B-frames right before the cut may be missing; order and seeking stay exact."""
    every = range(source.frame_count)
    numbers = numbers_read(source, every)
    assert numbers[:-4] == list(every)[:-4]
    assert all(0 < step <= 4 for step in np.diff(numbers))
    assert numbers_read(source, reversed(every)) == numbers[::-1]


def _message(path: Path, cache: Path) -> str:
    with pytest.raises(UserError) as caught:
        open_video(path, cache_dir=cache)
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp4", {"options": X264, "container_options": FASTSTART}),
        ("a.mp4", {"codec": "mpeg4", "container_options": FASTSTART}),
        ("a.mkv", {"options": X264}),
        ("a.avi", {"codec": "mpeg4"}),
    ],
)
def test_a_truncated_file_opens_as_far_as_it_decodes_and_says_so(
    name: str, arguments: dict[str, object], tmp_path: Path
) -> None:
    path = write_numbered(tmp_path / name, 100, **arguments)  # type: ignore[arg-type]
    _cut(path, 0.6)
    with open_video(path, cache_dir=tmp_path) as source:
        assert 20 < source.frame_count < 90
        assert any(
            f"{source.frame_count} of about" in notice and "runcated" in notice
            for notice in source.notices
        )
        about = int(source.notices[0].split("about ")[1].split()[0])
        assert 90 <= about <= 110
        _check_that_frames_rise(source)


def test_a_truncated_transport_stream_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.ts", 100, options=X264)
    _cut(path, 0.6)
    with open_video(path, cache_dir=tmp_path) as source:
        assert 20 < source.frame_count < 90
        _check_that_frames_rise(source)


def test_a_recording_cut_off_before_its_index_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", 50, options=X264)
    _cut(path, 0.9)
    assert "a.mp4 is cut off" in _message(path, tmp_path)


def test_damage_in_the_middle_costs_only_the_frames_around_it(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mkv", 96, options=X264)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.frame_count > 60
        readable = []
        for index in range(source.frame_count):
            try:
                readable.append(number_in(source.read(index)))
            except UserError as error:
                assert f"Frame {index + 1} " in str(error)
        assert readable[:20] == list(range(20))
        assert readable[-10:] == list(range(86, 96))
        assert numbers_read(source, [5, source.frame_count - 1, 6]) == [5, 95, 6]


def test_what_is_no_video_is_named_in_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Remember the milk.\n" * 50)
    named_like_video = tmp_path / "notes.mp4"
    named_like_video.write_text("Remember the milk.\n" * 50)
    noise = tmp_path / "noise.avi"
    noise.write_bytes(np.random.default_rng(1).bytes(40_000))
    for path in (text, named_like_video, noise):
        assert f"{path.name} is not a video" in _message(path, tmp_path)


def test_an_empty_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert "is empty" in _message(empty, tmp_path)
    assert "nothing at" in _message(tmp_path / "gone.mp4", tmp_path)
    assert "holds no images" in _message(_folder(tmp_path / "bare"), tmp_path)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    assert "holds no moving picture" in _message(path, tmp_path)


def test_an_unknown_codec_is_told_from_no_picture(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mkv", 5, options=X264)
    content = path.read_bytes()
    assert content.count(b"V_MPEG4/ISO/AVC") == 1
    path.write_bytes(content.replace(b"V_MPEG4/ISO/AVC", b"V_MPEG9/ISO/XYZ"))
    assert "a.mkv is coded in a way unknown here" in _message(path, tmp_path)


def test_a_video_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.start_encoding()
    assert "none.mkv" in _message(path, tmp_path)


def test_a_playlist_is_refused_without_looking_up_what_it_names(tmp_path: Path) -> None:
    write_numbered(tmp_path / "part.ts", 10)
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\npart.ts\n#EXT-X-ENDLIST\n")
    assert "list.m3u8 is not a video" in _message(playlist, tmp_path)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_short_videos_open(count: int, tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", count, options=X264)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.frame_count == count
        assert source.frame_rate == 25
        assert numbers_read(source, range(count)) == list(range(count))
        assert source.frame_at(3.0) == count - 1


@pytest.mark.parametrize("name", ["Straße 東京 ∑.mp4", "100%d %05d.mp4", "a:b?c#d.mp4", "-x.mp4"])
def test_awkward_file_names_open(name: str, tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "plain.mp4", 5).rename(tmp_path / name)
    with open_video(path, cache_dir=tmp_path) as source:
        assert numbers_read(source, [4, 0]) == [4, 0]


def test_frames_that_share_a_time_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        stream.codec_context.bit_rate = 4_000_000
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(draw_numbered(number), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in stream.encode(frame):
                packet.pts = packet.dts = number // 2
                packet.time_base = Fraction(1, 25)
                container.mux(packet)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.frame_count == 20
        assert numbers_read(source, [19, 3, 2, 18, 0, 7]) == [19, 3, 2, 18, 0, 7]
        assert source.timestamp_s(2) == pytest.approx(source.timestamp_s(3))


def test_a_size_that_changes_midway_is_brought_to_the_first(tmp_path: Path) -> None:
    small = write_numbered(tmp_path / "small.h264", 20, options=X264)
    with av.open(str(tmp_path / "big.h264"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 2 * WIDTH, 2 * HEIGHT, "yuv420p"
        for number in range(20, 40):
            image = draw_numbered(number).repeat(2, 0).repeat(2, 1)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + (tmp_path / "big.h264").read_bytes())
    with open_video(both, cache_dir=tmp_path) as source:
        assert source.frame_count == 40
        assert source.read(35).shape == (source.height, source.width, 3) == (HEIGHT, WIDTH, 3)
        assert numbers_read(source, [35, 3, 22, 39]) == [35, 3, 22, 39]


def test_a_very_large_picture_opens(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=5)
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "yuvj420p"
        for number in range(3):
            image = np.full((4320, 7680, 3), 60 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    with open_video(path, cache_dir=tmp_path) as source:
        assert (source.width, source.height) == (7680, 4320)
        means = [float(source.read(index)[::64, ::64].mean()) for index in (2, 0, 1)]
        assert means == pytest.approx([120, 0, 60], abs=4)


def test_pixels_that_are_not_square_are_mentioned(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mkv", 3, options={**X264, "x264-params": "sar=16/11"})
    with open_video(path, cache_dir=tmp_path) as source:
        assert (source.width, source.height) == (WIDTH, HEIGHT)
        assert "16:11" in source.notices[0]


def test_a_stream_that_begins_in_the_middle_reads_the_same_in_any_order(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.ts", 80, options=X264)
    content = path.read_bytes()
    path.write_bytes(content[len(content) // 10 // 188 * 188 :])
    with open_video(path, cache_dir=tmp_path) as source:
        assert 50 < source.frame_count < 80
        numbers = numbers_read(source, range(source.frame_count))
        assert numbers[12:] == list(range(80))[-len(numbers) + 12 :]
        assert numbers_read(source, [40, 13, 45, 20]) == [numbers[n] for n in (40, 13, 45, 20)]


def test_joined_recordings_keep_their_order_though_the_clock_jumps_back(tmp_path: Path) -> None:
    first = write_numbered(tmp_path / "a.ts", 40, options=X264)
    second = write_numbered(
        tmp_path / "b.ts", 40, options=X264, times=[n * 2 + 3 for n in range(40)]
    )
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with open_video(both, cache_dir=tmp_path) as source:
        assert source.frame_count == 80
        expected = [*range(40), *range(40)]
        assert numbers_read(source, range(80)) == expected
        order = np.random.default_rng(0).permutation(80).tolist()
        assert numbers_read(source, order) == [expected[n] for n in order]
        seconds = [source.timestamp_s(n) for n in range(80)]
        assert np.all(np.diff(seconds) > 0)


def test_a_clock_that_wraps_round_is_followed(tmp_path: Path) -> None:
    wrap = (1 << 33) // 3600
    path = write_numbered(
        tmp_path / "a.ts", 60, options=X264, times=[wrap - 30 + n for n in range(60)]
    )
    with open_video(path, cache_dir=tmp_path) as source:
        assert numbers_read(source, range(60)) == list(range(60))
        assert numbers_read(source, [45, 10, 59, 30]) == [45, 10, 59, 30]
        assert source.timestamp_s(59) == pytest.approx(59 / 25, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("a.mkv", "ffv1", "gray"), ("a.mkv", "ffv1", "bgra"), ("a.mov", "png", "rgb24")],
)
def test_grey_transparent_and_plain_rgb_pictures_come_out_in_colour(
    name: str, codec: str, pix_fmt: str, tmp_path: Path
) -> None:
    path = write_numbered(tmp_path / name, 5, codec=codec, pix_fmt=pix_fmt)
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.read(2).shape == (HEIGHT, WIDTH, 3)
        assert numbers_read(source, [4, 0, 2]) == [4, 0, 2]


def test_an_animated_gif_is_a_video(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.gif", 12, codec="gif", pix_fmt="rgb8")
    with open_video(path, cache_dir=tmp_path) as source:
        assert source.frame_count == 12
        assert numbers_read(source, [11, 0, 5]) == [11, 0, 5]


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    assert "is not a file" in _message(path, tmp_path)


def test_two_threads_with_a_source_each_read_the_same_file(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", 60, options=X264)

    def read(seed: int) -> bool:
        order = np.random.default_rng(seed).permutation(60).tolist()
        with open_video(path, cache_dir=tmp_path / "cache") as source:
            return numbers_read(source, order) == order

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(read, range(3)))


def test_two_sources_read_in_turn_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", 60, options=X264)
    there = np.random.default_rng(5).permutation(60).tolist()
    with (
        open_video(path, cache_dir=tmp_path) as one,
        open_video(path, cache_dir=tmp_path) as other,
    ):
        for index in there:
            assert numbers_read(one, [index]) == [index]
            assert numbers_read(other, [59 - index]) == [59 - index]


def test_a_file_that_shrinks_while_it_is_open_is_reported_and_can_recover(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mkv", 96, options=X264)
    content = path.read_bytes()
    with open_video(path, cache_dir=tmp_path / "cache") as source:
        assert numbers_read(source, [2]) == [2]
        with path.open("r+b") as file:
            file.truncate(200)
        for _ in range(2):
            with pytest.raises(UserError, match=r"a\.mkv"):
                source.read(90)
        path.write_bytes(content)
        assert numbers_read(source, [90, 3]) == [90, 3]
