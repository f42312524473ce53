"""Reads the packets of a video stream and knows each by its number in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from trackmend_core.types import BoolArray, IntArray

VideoPacket: TypeAlias = "Packet[VideoStream]"

NO_TIME = -(1 << 63)
"""Stands for a missing timestamp, as in FFmpeg."""

_NOT_VIDEO = frozenset(
    {"tty", "bin", "xbin", "adf", "idf", "hls", "dash", "imf", "concat", "concatf", "sdp", "rtsp"}
    | {"lavfi", "avisynth", "vapoursynth", "ffmetadata"}
)
"""Formats that draw text as pictures, or that name other files and so could open those."""

_STILL_PICTURES = frozenset({"mjpeg", "png", "bmp", "gif", "tiff", "webp"})
"""What covers and previews are coded in, where something else is there, too."""

_FORMATS = ",".join(sorted(av.formats_available - _NOT_VIDEO))
_ERRORS_IN_A_ROW = 8
_SEEK_TRIES = 4


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PacketTable:
    """Every packet of the video stream in file order; arrays over packets.

    Attributes:
        pts: (P,) int64 presentation time in stream units, `NO_TIME` if missing.
        dts: (P,) int64 decoding time in stream units, `NO_TIME` if missing.
        positions: (P,) int64 byte offset in the file, -1 if unknown.
        sizes: (P,) int64 bytes.
        restarts: (P,) bool; decoding may start here.
        discards: (P,) bool; decoded but not shown (edit lists).
    """

    pts: IntArray
    dts: IntArray
    positions: IntArray
    sizes: IntArray
    restarts: BoolArray
    discards: BoolArray

    def __len__(self) -> int:
        return len(self.pts)

    def is_packet(self, number: int, packet: VideoPacket) -> bool:
        """Tell whether a packet that was read is this one."""
        return bool(
            number < len(self)
            and self.sizes[number] == packet.size
            and self.pts[number] == _time(packet.pts)
            and self.positions[number] == _position(packet)
        )

    def find(self, packet: VideoPacket) -> int | None:
        """Return the number of a packet; None if it is unknown or cannot be told from another."""
        rows = np.flatnonzero(
            (self.positions == _position(packet))
            & (self.sizes == packet.size)
            & (self.pts == _time(packet.pts))
        )
        return int(rows[0]) if len(rows) == 1 else None


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open a file for reading and choose its video stream; local files only, whatever they name.

    Raises:
        FFmpegError: the file is no media file.
        LookupError: it holds no picture that can be decoded; the text says which way.
    """
    container = av.open(
        f"file:{path.absolute()}",
        options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
        metadata_errors="replace",
    )
    decodable = moving_pictures(container)
    if not decodable:
        has_pictures = any(not _is_cover(stream) for stream in container.streams.video)
        container.close()
        raise LookupError(
            "is coded in a way unknown here" if has_pictures else "holds no moving picture"
        )
    stream = max(decodable, key=_preference)
    stream.codec_context.thread_type = "AUTO"
    return container, stream


def moving_pictures(container: InputContainer) -> list[VideoStream]:
    """Return the video streams that can be decoded: no cover, and nothing that may be one."""
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    decodable = [stream for stream in streams if stream.codec_context is not None]
    moving = [stream for stream in decodable if stream.codec_context.name not in _STILL_PICTURES]
    return moving or decodable


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _preference(stream: VideoStream) -> tuple[bool, int]:
    """Return how well a stream stands for the file; of equal ones the first is taken.

    FFmpeg's own choice hangs on bit rates and on how much of each stream it happened to look at.
    """
    is_default = bool(stream.disposition & av.stream.Disposition.default)
    return is_default, stream.codec_context.width * stream.codec_context.height


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """Yield the packets from here to the end, going on past damaged spots while that works."""
    failures = 0
    while failures < _ERRORS_IN_A_ROW:
        try:
            for packet in container.demux(stream):
                if packet.size:
                    failures = 0
                    yield packet
        except FFmpegError:
            failures += 1
        else:
            return


def decode_packet(stream: VideoStream, numbered: tuple[int, VideoPacket]) -> list[VideoFrame]:
    """Feed one packet to the decoder; the frames that come out know their packet's number.

    The number travels in place of the presentation time, which decoders hand through unread. (PyAV
    offers `opaque` for this, but frees it under the interpreter's lock from decoder threads, which
    deadlocks when the interpreter is just waiting for those threads.)

    Raises:
        FFmpegError: the packet is damaged.
    """
    number, packet = numbered
    packet.pts = packet.dts = number
    return stream.codec_context.decode(packet)


def packet_number(frame: VideoFrame) -> int | None:
    """Return the number of the packet that a frame of `decode_packet` came from."""
    return frame.pts


def _time(value: int | None) -> int:
    return NO_TIME if value is None else value


def _position(packet: VideoPacket) -> int:
    return -1 if packet.pos is None else packet.pos


class PacketReader:
    """Reads packets from any numbered one on.

    Raises (on construction):
        FFmpegError: the file cannot be opened.
        LookupError: it holds no moving picture.
    """

    def __init__(self, path: Path, table: PacketTable) -> None:
        self._path = path
        self._table = table
        self._container, self._stream = open_container(path)
        self._packets = read_packets(self._container, self._stream)
        self._is_open = True
        self._waiting: VideoPacket | None = None
        self._next = 0

    @property
    def next_number(self) -> int:
        """Return the number of the packet that `read` gives next."""
        return self._next

    @property
    def stream(self) -> VideoStream:
        """Return the open stream, whose codec context decodes; `start_at` may replace it."""
        return self._stream

    def read(self) -> tuple[int, VideoPacket] | None:
        """Return the next packet with its number, None at the end."""
        packet, self._waiting = self._waiting or next(self._packets, None), None
        if packet is None or self._next >= len(self._table):
            return None
        self._next += 1
        return self._next - 1, packet

    def start_at(self, number: int) -> None:
        """Make `read` give packet `number` next, with a clean decoder.

        Raises:
            FFmpegError, LookupError: the file had to be opened anew and has changed or is gone.
        """
        if (
            number
            and self._is_open
            and any(self._seek(time, number) for time in self._times_before(number))
        ):
            return
        self.close()
        self._container, self._stream = open_container(self._path)
        self._is_open = True
        self._packets = read_packets(self._container, self._stream)
        self._waiting, self._next = None, 0
        for _ in range(number):
            if self.read() is None:
                return

    def close(self) -> None:
        """Close the file."""
        self._packets = iter(())
        self._is_open = False
        self._container.close()

    def _times_before(self, number: int) -> Iterator[int]:
        """Yield times to seek to: that of the packet, then of restarts ever farther before it."""
        restarts = np.flatnonzero(self._table.restarts[: number + 1])
        for step in range(_SEEK_TRIES):
            back = len(restarts) - (1 << step)
            if back < 0:
                return
            row = restarts[back]
            for times in (self._table.pts, self._table.dts):
                if times[row] != NO_TIME:
                    yield int(times[row])

    def _seek(self, time: int, number: int) -> bool:
        try:
            self._container.seek(time, stream=self._stream, backward=True)
        except FFmpegError:
            return False
        self._packets = read_packets(self._container, self._stream)
        self._waiting = None
        found: int | None = None
        for packet in self._packets:
            found = self._table.find(packet) if found is None else found + 1
            if found is None:
                continue
            if found > number or not self._table.is_packet(found, packet):
                return False
            if found == number:
                self._waiting, self._next = packet, number
                return True
        return False
