"""Tells which H.264 "key" packets decoding may truly start at.

Containers and parsers also mark packets at which a gradual refresh begins: a picture that becomes
whole only some frames later, so that a seek to it would not equal decoding from the start.

Source: ITU-T H.264, sections 7.3.1 (NAL unit), 7.3.3 (slice header), 9.1 (Exp-Golomb); ISO/IEC
14496-15 section 5.2.4 (avcC, length-prefixed NAL units).
"""

from collections.abc import Iterator

_SLICE, _IDR_SLICE = 1, 5
_INTRA_SLICE_TYPES = frozenset({2, 4, 7, 9})
_START_CODE = b"\0\0\1"


def is_clean_restart(packet: bytes, extradata: bytes | None) -> bool:
    """Tell whether the picture in a packet needs no earlier one.

    Args:
        packet: one access unit as stored in the file.
        extradata: the stream's; begins with 1 (avcC) when NAL units carry their length.
    """
    length_prefixed = bool(extradata) and extradata is not None and extradata[0] == 1
    if length_prefixed and extradata is not None and len(extradata) > 4:
        units = _by_length(packet, (extradata[4] & 3) + 1)
    else:
        units = _by_start_code(packet)
    for unit in units:
        kind = unit[0] & 31
        if kind == _IDR_SLICE:
            return True
        if kind == _SLICE:
            return _slice_type(unit[1:]) in _INTRA_SLICE_TYPES
    return True


def _by_length(packet: bytes, prefix: int) -> Iterator[bytes]:
    """Yield the first bytes of every unit."""
    place = 0
    while place + prefix < len(packet):
        length = int.from_bytes(packet[place : place + prefix], "big")
        place += prefix
        if length:
            yield packet[place : place + 16]
        place += length


def _by_start_code(packet: bytes) -> Iterator[bytes]:
    """Yield the first bytes of every unit."""
    place = packet.find(_START_CODE)
    while 0 <= place < len(packet) - 3:
        place += 3
        yield packet[place : place + 16]
        place = packet.find(_START_CODE, place)


def _slice_type(header: bytes) -> int:
    """Return the second Exp-Golomb number of a slice header; the first is its place."""
    bits = "".join(f"{byte:08b}" for byte in header)
    value = -1
    for _ in range(2):
        zeros = len(bits) - len(bits.lstrip("0"))
        code, bits = bits[zeros : 2 * zeros + 1], bits[2 * zeros + 1 :]
        value = int(code, 2) - 1 if code else -1
    return value
