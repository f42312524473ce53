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
from av.video.stream import VideoStream

from trackmend_core.types import Float64Array, IntArray
from trackmend_core.video.packets import (
    NO_TIME,
    PacketReader,
    PacketTable,
    VideoPacket,
    open_container,
    read_packets,
)

_ONE_FRAME_PER_PACKET = frozenset(
    {"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vp9", "av1", "libdav1d", "mjpeg"}
    | {"prores", "dnxhd", "ffv1", "png", "rawvideo", "huffyuv", "dvvideo", "qtrle"}
)
_PROBED_PACKETS = 48
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Scan:
    """What demuxing finds: the packets, and what the container says of itself."""

    table: PacketTable
    last_is_partial: bool
    codec: str
    declared_frames: int
    time_base: Fraction
    stated_rate: Fraction | None
    aspect: Fraction | None


def build_index(path: Path) -> VideoIndex | None:
    """Read through a file and return its index; None if not one frame can be decoded.

    Raises:
        FFmpegError: the file is no media file.
        LookupError: it holds no moving picture.
    """
    scan = _scan(path)
    if not len(scan.table):
        return None
    order = _order_by_time(scan)
    head = _decoded(path, scan.table, first=0, count=_PROBED_PACKETS)
    if order is not None:
        order = _confirmed(path, scan, order, head.packets)
    if order is None:
        head = _decoded(path, scan.table, first=0, count=len(scan.table))
        order = head.packets
        if scan.last_is_partial:
            order = order[order != len(scan.table) - 1]
    if head.sample is None or not len(order):
        return None
    times = _times(scan, order)
    return VideoIndex(
        packets=scan.table,
        frame_packets=order,
        times_s=times,
        frame_rate=_frame_rate(times, scan.stated_rate),
        width=head.sample.width,
        height=head.sample.height,
        quarter_turns=round(head.sample.rotation / 90) % 4,
        notices=_notices(scan, len(order)),
    )


def _scan(path: Path) -> _Scan:
    container, stream = open_container(path)
    with container:
        rows: list[tuple[int, int, int, int, bool, bool]] = []
        partial = False
        for packet in read_packets(container, stream):
            rows.append(_row(packet))
            partial = packet.is_corrupt
        return _Scan(
            table=_table(rows),
            last_is_partial=partial,
            codec=stream.codec_context.name,
            declared_frames=_declared_frames(stream, container.duration),
            time_base=stream.time_base or Fraction(1, 1),
            stated_rate=stream.average_rate or stream.guessed_rate,
            aspect=stream.sample_aspect_ratio,
        )


def _row(packet: VideoPacket) -> tuple[int, int, int, int, bool, bool]:
    return (
        NO_TIME if packet.pts is None else packet.pts,
        NO_TIME if packet.dts is None else packet.dts,
        -1 if packet.pos is None else packet.pos,
        packet.size,
        packet.is_keyframe,
        packet.is_discard,
    )


def _table(rows: list[tuple[int, int, int, int, bool, bool]]) -> PacketTable:
    numbers = np.asarray([row[:4] for row in rows], np.int64).reshape(-1, 4)
    flags = np.asarray([row[4:] for row in rows], np.bool_).reshape(-1, 2)
    return PacketTable(
        pts=numbers[:, 0].copy(),
        dts=numbers[:, 1].copy(),
        positions=numbers[:, 2].copy(),
        sizes=numbers[:, 3].copy(),
        restarts=flags[:, 0].copy(),
        discards=flags[:, 1].copy(),
    )


def _declared_frames(stream: VideoStream, container_duration_us: int | None) -> int:
    """Return how many frames the container claims to hold, 0 if it does not say."""
    if stream.frames:
        return stream.frames
    rate = stream.average_rate
    if rate and stream.duration and stream.time_base:
        return round(stream.duration * stream.time_base * rate)
    if rate and container_duration_us and not stream.container.streams.audio:
        return round(container_duration_us / 1_000_000 * rate)
    return 0


def _order_by_time(scan: _Scan) -> IntArray | None:
    """Return the packets in the order in which they are shown; None if times do not tell it."""
    shown = np.flatnonzero(~scan.table.discards)
    times = scan.table.pts[shown]
    if scan.codec not in _ONE_FRAME_PER_PACKET or np.any(times == NO_TIME):
        return None
    if len(np.unique(times)) != len(times):
        return None
    return shown[np.argsort(times)]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Decoded:
    """Packets that gave frames, in the order of the frames, and the first such frame."""

    packets: IntArray
    sample: VideoFrame | None


def _decoded(path: Path, table: PacketTable, *, first: int, count: int) -> _Decoded:
    """Decode `count` packets from `first` on, then empty the decoder."""
    reader = PacketReader(path, table)
    packets: list[int] = []
    sample: VideoFrame | None = None
    try:
        reader.start_at(first)
        for left in range(count, -1, -1):
            for frame in _decode_next(reader, last=left == 0):
                if isinstance(frame.opaque, int):
                    packets.append(frame.opaque)
                    sample = sample or frame
    finally:
        reader.close()
    return _Decoded(packets=np.asarray(packets, np.int64), sample=sample)


def _decode_next(reader: PacketReader, *, last: bool) -> list[VideoFrame]:
    context = reader.stream.codec_context
    try:
        if last:
            return context.decode(None)
        item = reader.read()
        if item is None:
            return []
        number, packet = item
        packet.opaque = number
        return context.decode(packet)
    except FFmpegError:
        return []


def _confirmed(path: Path, scan: _Scan, order: IntArray, head: IntArray) -> IntArray | None:
    """Return the order without what does not decode at the end; None if the beginning differs."""
    table = scan.table
    expected = order[order < min(_PROBED_PACKETS, len(table))]
    if not np.array_equal(expected, head):
        return None
    restarts = np.flatnonzero(table.restarts)
    early = restarts[restarts < len(table) - 8]
    start = int(early[-1]) if len(early) else 0
    tail = _decoded(path, table, first=start, count=len(table) - start).packets
    if scan.last_is_partial:
        tail = tail[tail != len(table) - 1]
    lost = np.setdiff1d(order[(order >= start) & (_rank(order) >= _rank_of(order, start))], tail)
    return order[~np.isin(order, lost)]


def _rank(order: IntArray) -> IntArray:
    return np.arange(len(order))


def _rank_of(order: IntArray, packet: int) -> int:
    places = np.flatnonzero(order == packet)
    return int(places[0]) if len(places) else 0


def _times(scan: _Scan, order: IntArray) -> Float64Array:
    """Return seconds after the first frame; evenly spread where the file has no times."""
    for times in (scan.table.pts[order], np.sort(scan.table.dts[order])):
        if not np.any(times == NO_TIME) and (len(times) < 2 or times[-1] > times[0]):
            seconds = (times - times[0]).astype(np.float64) * float(scan.time_base)
            return np.asarray(np.maximum.accumulate(seconds), np.float64)
    rate = float(scan.stated_rate or _FALLBACK_RATE)
    return np.arange(len(order), dtype=np.float64) / rate


def _frame_rate(times_s: Float64Array, stated: Fraction | None) -> float:
    """Return the stated rate where the frames keep to it, else the mean rate of the frames."""
    if len(times_s) < 2 or times_s[-1] <= 0:
        return float(stated) if stated else _FALLBACK_RATE
    mean = (len(times_s) - 1) / float(times_s[-1])
    if stated and abs(float(stated) - mean) * float(times_s[-1]) < 1.5:
        return float(stated)
    return mean


def _notices(scan: _Scan, frame_count: int) -> tuple[str, ...]:
    notices = []
    declared = scan.declared_frames - int(scan.table.discards.sum())
    missing = max(declared, len(scan.table) - int(scan.table.discards.sum())) - frame_count
    if missing > max(0, declared // 50 if frame_count == len(scan.table) else 0):
        total = frame_count + missing
        notices.append(f"Truncated or damaged: {frame_count} of about {total} frames can be read.")
    if scan.aspect and scan.aspect != 1:
        notices.append(
            f"Its pixels are not square ({scan.aspect.numerator}:{scan.aspect.denominator}); "
            "frames are shown and measured as stored."
        )
    return tuple(notices)
