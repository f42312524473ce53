"""Lists the packets of a video file by demuxing it once, without decoding."""

from array import array
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from trackmend_core.video.h264 import is_clean_restart
from trackmend_core.video.packets import (
    NO_TIME,
    PacketTable,
    VideoPacket,
    moving_pictures,
    open_container,
    read_packets,
)

_CHAINED = frozenset({"apng"})
"""Each picture is drawn over the one before, though the file calls all of them key frames."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scan:
    """What demuxing finds: the packets, and what the container says of itself.

    Attributes:
        table: the packets.
        last_is_partial: the file ends inside the last packet.
        codec: FFmpeg's name of the decoder.
        declared_frames: packets the container claims to hold, 0 if it does not say.
        declared_s: seconds of picture the container claims to hold, 0 if it does not say.
        time_base: seconds per unit of the packet times.
        stated_rate: frames per second as the container says.
        aspect: width of a pixel over its height.
        videos: how many moving pictures the file holds; this is one of them.
    """

    table: PacketTable
    last_is_partial: bool
    codec: str
    declared_frames: int
    declared_s: float
    time_base: Fraction
    stated_rate: Fraction | None
    aspect: Fraction | None
    videos: int


def scan_file(path: Path) -> Scan:
    """Read all packets of the video stream.

    Raises:
        FFmpegError: the file is no media file.
        LookupError: it holds no moving picture.
    """
    container, stream = open_container(path)
    with container:
        numbers, flags = array("q"), bytearray()
        partial = False
        codec, extradata = stream.codec_context.name, stream.codec_context.extradata
        for packet in read_packets(container, stream):
            restart = packet.is_keyframe and (codec not in _CHAINED or not flags)
            if restart and codec == "h264":
                restart = is_clean_restart(bytes(packet), extradata)
            numbers.extend(_numbers(packet))
            flags += bytes((restart, packet.is_discard))
            partial = packet.is_corrupt
        return Scan(
            table=_table(numbers, flags),
            last_is_partial=partial,
            codec=codec,
            declared_frames=stream.frames,
            declared_s=_declared_s(container, stream),
            time_base=stream.time_base or Fraction(1, 1),
            stated_rate=stream.guessed_rate or stream.average_rate,
            aspect=stream.sample_aspect_ratio,
            videos=len(moving_pictures(container)),
        )


def _numbers(packet: VideoPacket) -> tuple[int, int, int, int]:
    return (
        NO_TIME if packet.pts is None else packet.pts,
        NO_TIME if packet.dts is None else packet.dts,
        -1 if packet.pos is None else packet.pos,
        packet.size,
    )


def _table(numbers: "array[int]", flags: bytearray) -> PacketTable:
    columns = np.array(numbers, np.int64).reshape(-1, 4).T.copy()
    restarts, discards = np.frombuffer(bytes(flags), np.bool_).reshape(-1, 2).T.copy()
    return PacketTable(
        pts=columns[0],
        dts=columns[1],
        positions=columns[2],
        sizes=columns[3],
        restarts=restarts,
        discards=discards,
    )


def _declared_s(container: InputContainer, stream: VideoStream) -> float:
    """Return the stated length; that of a file with sound may be the sound's, so it is not used.

    What a whole file states counts from time 0, also where the first picture comes later.
    """
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return max(0, container.duration - max(0, container.start_time or 0)) / 1_000_000
    return 0.0
