"""Turns packets into frames, each known by the number of the packet it came from."""

from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from trackmend_core.types import IntArray
from trackmend_core.video.packets import PacketReader, PacketTable, decode_packet, packet_number

_KEPT_BYTES = 48 << 20
"""Decoded frames kept for steps back, in the picture format of the file."""

_BACK_BYTES = 192 << 20
"""The same while somebody steps back: half of it around him, half decoded before he is there."""

_MOST_BACK = 64
"""So many frames are decoded before a step back at most."""

_AHEAD = 12
"""Frames that are decoded in passing rather than jumped over."""

_SOON = 4
"""So many frames are decoded before anybody could miss them."""

_DISORDER = 32
"""How far behind its successors a frame may leave the decoder."""

_DROPPING = "h264"
"""The decoder that is told to leave out pictures on which no other one rests. (In HEVC those that
it leaves out may be needed by pictures of a higher layer.)"""

_UNDROPPED = 40
"""Packets before a wanted one from which on every picture is decoded, for a look around it."""


class GivenUpError(Exception):
    """The frame that was being decoded is not wanted any more."""


def _never() -> bool:
    return False


class FrameDecoder:
    """Gives decoded frames by number; keeps those it has just passed.

    Args:
        path: the file.
        table: its packets.
        frame_packets: (F,) int64; the packet that makes frame n.
    """

    def __init__(self, path: Path, *, table: PacketTable, frame_packets: IntArray) -> None:
        self._table = table
        self._packet_of_frame = frame_packets
        self._frame_of_packet = np.full(len(table), -1, np.int64)
        self._frame_of_packet[frame_packets] = np.arange(len(frame_packets))
        self._restart_packets, self._restart_frames = _restarts(table, self._frame_of_packet)
        self._reader = PacketReader(path, table)
        self._kept: OrderedDict[int, VideoFrame] = OrderedDict()
        self._kept_bytes = 0
        self._bound_bytes = _KEPT_BYTES
        self._first_kept: int | None = None
        self._in_vain = -1
        codec = self._reader.stream.codec_context.name
        self._may_drop = codec == _DROPPING and len(frame_packets) == len(table)
        self._drop_before = 0  # packets before this one may be left out
        self._dropped_until = -1  # no frame up to here comes any more
        self._ready: deque[VideoFrame] = deque()
        self._first_sound = 0
        self._latest = -1
        self._drained = False

    def frame(
        self, frame_index: int, *, given_up: Callable[[], bool] = _never
    ) -> VideoFrame | None:
        """Return the decoded frame, None if it is too damaged to come out of the decoder.

        Raises:
            FFmpegError, LookupError: the file has changed or is gone.
            GivenUpError: `given_up` said so between two packets; what was decoded is kept.
        """
        if frame_index in self._kept:
            return self._kept[frame_index]
        if not self._comes_soon(frame_index):
            self._bound_bytes = _KEPT_BYTES
            self._restart(frame_index)
            if self._begins_long_group(frame_index):
                self._decode_first()
                if frame_index in self._kept:
                    return self._kept[frame_index]
                self._restart(frame_index)
        if not self._decode_until(frame_index, given_up):
            self._restart(frame_index)
            self._decode_until(frame_index, given_up)
        return self._kept.get(frame_index)

    def quick_frame(self, frame_index: int) -> int:
        """Return the nearest frame that is decoded already, or where decoding would have to begin.

        The beginning counts only where decoding has to begin there anyway: going back to it would
        throw away what has been decoded since.
        """
        if frame_index in self._kept:
            return frame_index
        at_hand = list(self._kept)
        if not self._comes_soon(frame_index):
            at_hand.append(int(self._restart_frames[self._restart_before(frame_index)]))
        return min(at_hand, key=lambda at: abs(at - frame_index), default=frame_index)

    @property
    def restart_frames(self) -> IntArray:
        """Return the frames from which on decoding can begin, rising."""
        return self._restart_frames

    def comes_soon(self, frame_index: int) -> bool:
        """Return whether a frame is decoded already, or one of the next few."""
        if frame_index in self._kept:
            return True
        begun = self._latest >= self._first_sound
        return begun and frame_index - self._latest <= _SOON and self._comes_soon(frame_index)

    def prepare_before(self, frame_index: int, *, given_up: Callable[[], bool]) -> None:
        """Decode the frames before one that is at hand, so that steps back find them decoded.

        Without this every so many steps back cost a whole group of pictures.

        Raises:
            FFmpegError, LookupError: the file has changed or is gone.
        """
        first = frame_index
        while first - 1 in self._kept:
            first -= 1
        shown = self._kept.get(frame_index)
        if shown is None or first == 0:
            return
        chunk = max(1, min(_MOST_BACK, _BACK_BYTES // 2 // _frame_bytes(shown)))
        if frame_index - first >= chunk or first == self._in_vain:
            return
        self._bound_bytes = _BACK_BYTES
        self._restart(first - 1)
        self._first_kept = max(0, first - chunk)
        try:
            if not self._decode_until(first - 1, given_up):
                self._in_vain = first  # the frame before is damaged
        except GivenUpError:
            return
        finally:
            self._first_kept = None

    def close(self) -> None:
        """Close the file."""
        self._kept.clear()
        self._ready.clear()
        self._reader.close()

    def _restart_before(self, frame_index: int) -> int:
        """Return the row of the last restart from which the frame comes out whole."""
        return int(np.searchsorted(self._restart_frames, frame_index, side="right")) - 1

    def _comes_soon(self, frame_index: int) -> bool:
        if frame_index <= max(self._latest, self._dropped_until, self._first_sound - 1):
            return False
        restart = self._restart_packets[self._restart_before(frame_index)]
        if self._drained and not self._ready:
            return False
        near = frame_index - self._latest <= _AHEAD
        return near or bool(restart < self._reader.next_number)

    def _restart(self, frame_index: int) -> None:
        row = self._restart_before(frame_index)
        self._reader.start_at(int(self._restart_packets[row]))
        self._first_sound = int(self._restart_frames[row])
        self._latest = self._first_sound - 1
        self._drop_before, self._dropped_until = 0, -1
        self._ready.clear()
        self._drained = False

    def _begins_long_group(self, frame_index: int) -> bool:
        """Return whether decoding begins at this very frame, and no other beginning comes soon."""
        row = self._restart_before(frame_index)
        later = self._restart_frames[row + 1 : row + 2]
        group = (int(later[0]) if len(later) else len(self._frame_of_packet)) - frame_index
        return int(self._restart_frames[row]) == frame_index and group > _AHEAD

    def _decode_first(self) -> None:
        """Press one packet through the decoder, which would hold it back until others follow.

        Decoding has to begin anew afterwards; that is one packet twice.
        """
        self._decode_packet()
        try:
            self._ready.extend(self._reader.stream.codec_context.decode(None))
        except FFmpegError:
            self._ready.clear()
        self._drained = True
        while self._ready:
            self._keep(self._ready.popleft())

    def _decode_until(self, frame_index: int, given_up: Callable[[], bool]) -> bool:
        first_wanted = frame_index if self._first_kept is None else self._first_kept
        self._drop_before = int(self._packet_of_frame[first_wanted]) - _UNDROPPED
        while frame_index not in self._kept:
            if given_up():
                raise GivenUpError
            if self._ready:
                self._keep(self._ready.popleft())
            elif self._drained or self._latest > frame_index + _DISORDER:
                return False
            else:
                self._decode_packet()
        return True

    def _decode_packet(self) -> None:
        numbered = self._reader.read()
        stream = self._reader.stream
        drops = self._may_drop and numbered is not None and numbered[0] < self._drop_before
        stream.codec_context.skip_frame = "NONREF" if drops else "DEFAULT"
        if drops and numbered is not None:
            frame_index = int(self._frame_of_packet[numbered[0]])
            self._dropped_until = max(self._dropped_until, frame_index)
        try:
            if numbered is None:
                self._drained = True
                self._ready.extend(stream.codec_context.decode(None))
            else:
                self._ready.extend(decode_packet(stream, numbered))
        except FFmpegError:
            return

    def _keep(self, frame: VideoFrame) -> None:
        number = packet_number(frame)
        known = number is not None and 0 <= number < len(self._frame_of_packet)
        frame_index = int(self._frame_of_packet[number]) if known else -1
        if frame_index < self._first_sound:
            return
        self._latest = max(self._latest, frame_index)
        if self._first_kept is not None and frame_index < self._first_kept:
            return
        if frame_index in self._kept:
            self._kept.move_to_end(frame_index)
            return
        self._kept[frame_index] = frame
        self._kept_bytes += _frame_bytes(frame)
        while self._kept_bytes > self._bound_bytes and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._kept_bytes -= _frame_bytes(old)


def _frame_bytes(frame: VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)


def _restarts(table: PacketTable, frame_of_packet: IntArray) -> tuple[IntArray, IntArray]:
    """Return packets where decoding may start, and the first frame that comes out whole from each.

    Frames shown before a restart but stored after it (open GOP) need the restart before that one.
    """
    shown_before = np.maximum.accumulate(np.concatenate([[-1], frame_of_packet[:-1]]))
    usable = table.restarts & (frame_of_packet >= 0)
    usable[0] = False
    packets = np.flatnonzero(usable)
    frames = np.maximum(frame_of_packet[packets], shown_before[packets] + 1)
    rising = np.maximum.accumulate(frames) == frames
    return (
        np.concatenate([[0], packets[rising]]).astype(np.int64),
        np.concatenate([[0], frames[rising]]).astype(np.int64),
    )
