"""Draws videos whose every frame carries its number in black and white blocks."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from trackmend_core.types import ImageArray

BITS = 10
BLOCK = 16
WIDTH, HEIGHT = BITS * BLOCK, 96


def draw_numbered(number: int, *, width: int = WIDTH, height: int = HEIGHT) -> ImageArray:
    """Return a moving texture under a row of blocks that spell the number in binary."""
    ys, xs = np.mgrid[0:height, 0:width]
    wave = 90 + 50 * np.sin((xs + 3 * number) / 9.0) * np.cos((ys - 2 * number) / 7.0)
    image = np.stack([wave, wave[:, ::-1], np.full_like(wave, (number * 7) % 200)], axis=-1)
    image = image.astype(np.uint8)
    for bit in range(BITS):
        value = 235 if number >> bit & 1 else 16
        image[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = value
    return image


def number_in(image: ImageArray) -> int:
    """Return the number that the blocks of a decoded frame spell."""
    blocks = [
        image[4 : BLOCK - 4, bit * BLOCK + 4 : (bit + 1) * BLOCK - 4].mean() for bit in range(BITS)
    ]
    return sum(1 << bit for bit, mean in enumerate(blocks) if mean > 128)


def write_numbered(
    path: Path,
    count: int = 60,
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    rate: Fraction = Fraction(25),
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    pix_fmt: str = "yuv420p",
    container_options: dict[str, str] | None = None,
    rotation: int = 0,
) -> Path:
    """Encode `count` numbered frames; `times` are presentation times in `time_base`."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pix_fmt
        stream.options = options or {}
        if time_base is not None:
            stream.codec_context.time_base = time_base
        if codec in ("mpeg4", "mpeg2video", "mjpeg", "libvpx"):
            stream.codec_context.bit_rate = 4_000_000
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(draw_numbered(number), format="bgr24")
            frame = frame.reformat(format=pix_fmt)
            frame.pts = number if times is None else times[number]
            frame.time_base = time_base or 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbers_read(source: object, order: Iterable[int]) -> list[int]:
    """Return the numbers spelt by the frames at the given indices."""
    return [number_in(source.read(index)) for index in order]  # type: ignore[attr-defined]
