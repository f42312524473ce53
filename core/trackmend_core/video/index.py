"""The exact index of a video file: which packet makes frame n, and when it is shown.

Built by demuxing alone where every packet has its own presentation time and makes one frame, which
decoding the beginning and the end confirms; otherwise the whole file is decoded once.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from trackmend_core.types import Float64Array, IntArray
from trackmend_core.video.packets import (
    NO_TIME,
    PacketReader,
    PacketTable,
    decode_packet,
    packet_number,
)
from trackmend_core.video.scan import Scan, scan_file

_ONE_FRAME_PER_PACKET = frozenset(
    {"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vp9", "av1", "libdav1d", "mjpeg"}
    | {"prores", "dnxhd", "ffv1", "png", "rawvideo", "huffyuv", "dvvideo", "qtrle"}
)
_PROBED_PACKETS = 48
_LEAST_END = 8
_REORDERING = 64
"""Farther than any codec moves a frame; more means that the clock of the file jumps."""

_SLACK_S = 1.0
_FALLBACK_RATE = 25.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VideoIndex:
    """What is known about a video file without decoding it again.

    Attributes:
        packets: every packet of the stream.
        frame_packets: (F,) int64; the packet that makes frame n.
        times_s: (F,) float64; when frame n is shown, seconds after frame 0, never falling.
        frame_rate: frames per second.
        width: of a decoded frame in pixels, before rotation.
        height: of a decoded frame in pixels, before rotation.
        quarter_turns: counter-clockwise quarter turns that bring a decoded frame upright, 0..3.
        notices: sentences for the user.
    """

    packets: PacketTable
    frame_packets: IntArray
    times_s: Float64Array
    frame_rate: float
    width: int
    height: int
    quarter_turns: int
    notices: tuple[str, ...]


def build_index(path: Path) -> VideoIndex | None:
    """Read through a file and return its index; None if not one frame can be decoded.

    Raises:
        FFmpegError: the file is no media file.
        LookupError: it holds no moving picture.
    """
    scan = scan_file(path)
    if not len(scan.table):
        return None
    found = _frames(path, scan)
    if found.sample is None or not len(found.packets):
        return None
    times = _times(scan, found.packets)
    return VideoIndex(
        packets=scan.table,
        frame_packets=found.packets,
        times_s=times,
        frame_rate=_frame_rate(times, scan.stated_rate),
        width=found.sample.width,
        height=found.sample.height,
        quarter_turns=round(found.sample.rotation / 90) % 4,
        notices=_notices(
            scan, times, lost=found.lost, size=(found.sample.width, found.sample.height)
        ),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Frames:
    """Packets that give frames, in the order of the frames.

    Attributes:
        packets: (F,) int64.
        sample: the first frame, None if nothing was decoded.
        lost: packets that should have given a frame and did not.
    """

    packets: IntArray
    sample: VideoFrame | None
    lost: int


def _frames(path: Path, scan: Scan) -> _Frames:
    """Return the frames by their times if decoding both ends agrees, else by decoding it all."""
    order = _order_by_time(scan)
    if order is not None:
        head = _decoded(path, scan, first=0, count=_PROBED_PACKETS)
        if np.array_equal(order[order < _PROBED_PACKETS], head.packets):
            whole = _without_lost_end(path, scan, order)
            if whole is not None:
                lost = len(order) - len(whole)
                return _Frames(packets=whole, sample=head.sample, lost=lost)
    return _decoded(path, scan, first=0, count=len(scan.table))


def _order_by_time(scan: Scan) -> IntArray | None:
    """Return the packets in the order in which they are shown; None if times do not tell it."""
    shown = np.flatnonzero(~scan.table.discards)
    times = scan.table.pts[shown]
    if scan.codec not in _ONE_FRAME_PER_PACKET or np.any(times == NO_TIME):
        return None
    if len(np.unique(times)) != len(times):
        return None
    order = np.argsort(times)
    if np.abs(order - np.arange(len(order))).max(initial=0) > _REORDERING:
        return None
    return shown[order]


def _without_lost_end(path: Path, scan: Scan, order: IntArray) -> IntArray | None:
    """Return the order without the frames at the end that do not decode.

    None if frames before the end are lost too: then the times, or the restarts, do not hold.
    """
    table = scan.table
    restarts = np.flatnonzero(table.restarts & np.isin(np.arange(len(table)), order))
    early = restarts[restarts < len(table) - _LEAST_END]
    start = int(early[-1]) if len(early) else 0
    first = int(np.flatnonzero(order == start)[0]) if start else 0
    end = _decoded(path, scan, first=start, count=len(table) - start).packets
    found = np.isin(order[first:], end)
    if found[: found.sum()].all():
        return order[: first + int(found.sum())]
    return None


def _decoded(path: Path, scan: Scan, *, first: int, count: int) -> _Frames:
    """Decode `count` packets from `first` on, then empty the decoder."""
    reader = PacketReader(path, scan.table)
    packets: list[int] = []
    sample: VideoFrame | None = None
    failures = 0
    try:
        reader.start_at(first)
        for left in range(count, -1, -1):
            try:
                frames = _decode_next(reader, last=left == 0)
            except FFmpegError:
                failures += 1
                continue
            numbers = [packet_number(frame) for frame in frames]
            packets += [n for n in numbers if n is not None and 0 <= n < len(scan.table)]
            sample = sample or next(iter(frames), None)
    finally:
        reader.close()
    found = np.asarray(packets, np.int64)
    if scan.last_is_partial:
        whole = found[found != len(scan.table) - 1]
        failures += len(found) - len(whole)
        found = whole
    return _Frames(packets=found, sample=sample, lost=failures)


def _decode_next(reader: PacketReader, *, last: bool) -> list[VideoFrame]:
    if last:
        return reader.stream.codec_context.decode(None)
    numbered = reader.read()
    return [] if numbered is None else decode_packet(reader.stream, numbered)


def _times(scan: Scan, order: IntArray) -> Float64Array:
    """Return seconds after the first frame; evenly spread where the file has no times.

    Where presentation times contradict the order of the frames, decoding times are truer if they
    run forward (AVI with B-frames); if even those jump back, so did the clock of the recording.
    """
    shown, stored = scan.table.pts[order], scan.table.dts[np.sort(order)]
    known = [times for times in (shown, stored) if len(times) and not np.any(times == NO_TIME)]
    forward = [times for times in known if np.all(np.diff(times) >= 0)]
    for times in (*forward, *known):
        seconds = (times - times[0]).astype(np.float64) * float(scan.time_base)
        unrolled = _unrolled(seconds)
        if len(order) < 2 or unrolled[-1] > 0:
            return unrolled
    rate = float(scan.stated_rate or _FALLBACK_RATE)
    return np.arange(len(order), dtype=np.float64) / rate


def _unrolled(times_s: Float64Array) -> Float64Array:
    """Return the times with every jump back replaced by one usual step."""
    steps = np.diff(times_s)
    backward = steps < 0
    if backward.any():
        steps[backward] = np.median(steps[~backward]) if not backward.all() else 0.0
        return np.concatenate([[0.0], np.cumsum(steps)])
    return times_s


def _frame_rate(times_s: Float64Array, stated: Fraction | None) -> float:
    """Return the stated rate where the frames keep to it, else the mean rate of the frames."""
    if len(times_s) < 2 or times_s[-1] <= 0:
        return float(stated) if stated else _FALLBACK_RATE
    mean = (len(times_s) - 1) / float(times_s[-1])
    if stated and abs(float(stated) - mean) * float(times_s[-1]) < 1.5:
        return float(stated)
    return mean


def _notices(
    scan: Scan, times_s: Float64Array, *, lost: int, size: tuple[int, int]
) -> tuple[str, ...]:
    notices = []
    count = len(times_s)
    unread = max(0, scan.declared_frames - len(scan.table)) if scan.declared_frames else 0
    if _reaches_stated_length(scan, times_s):
        unread = 0  # hidden by an edit list, or empty: AVI says so where a picture stays
    total = max(count + lost + unread, _frames_by_length(scan, times_s))
    if total > count:
        notices.append(_damage_notice(count, total))
    if scan.videos > 1:
        notices.append(_videos_notice(scan.videos, *size))
    if scan.aspect and scan.aspect != 1:
        notices.append(_pixels_notice(scan.aspect.numerator, scan.aspect.denominator))
    return tuple(notices)


def _damage_notice(count: int, total: int) -> str:
    return f"Truncated or damaged: {count} of about {total} frames can be read."


def _videos_notice(count: int, width: int, height: int) -> str:
    return f"The file holds {count} videos; only the one of {width} x {height} is shown."


def _pixels_notice(wide: int, high: int) -> str:
    return f"Its pixels are not square ({wide}:{high}); frames are shown and measured as stored."


def _reaches_stated_length(scan: Scan, times_s: Float64Array) -> bool:
    """Return whether the last frame ends where the file says that its pictures end."""
    if scan.declared_s <= 0 or len(times_s) < 2:
        return False
    step_s = float(np.median(np.diff(times_s)))
    return scan.declared_s - float(times_s[-1]) < 1.5 * step_s


def _frames_by_length(scan: Scan, times_s: Float64Array) -> int:
    """Return about how many frames the stated length would hold, 0 if it is reached or unknown."""
    count = len(times_s)
    if scan.declared_frames or scan.declared_s <= 0 or count < 2:
        return 0
    reached_s = float(times_s[-1]) * count / (count - 1)
    missing_s = scan.declared_s - reached_s
    if reached_s <= 0 or missing_s < max(_SLACK_S, 0.02 * scan.declared_s):
        return 0
    return round(count * scan.declared_s / reached_s)
