"""Writes drawn frames as a video file and their truth as MOTChallenge text."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from trackmend_core.errors import UserError
from trackmend_core.synthetic.settings import GroundTruth, StreetFrame, StreetSettings
from trackmend_core.synthetic.street import draw_street
from trackmend_core.types import ImageArray


def write_video(path: Path, frames: Iterable[ImageArray], frame_rate: float) -> None:
    """Encode frames (H, W, 3) uint8 BGR of one size; the file appears only when it is complete.

    Raises:
        UserError: there is no frame, or the file cannot be written.
    """
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise UserError("There are no frames to write.", "Draw at least one frame.")
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        with av.open(str(part), "w") as container:
            stream = _open_stream(container, first, frame_rate)
            for image in chain([first], iterator):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        part.replace(path)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The video {path.name} cannot be written: {error}.",
            "Choose a folder you may write to, and a name ending in .mp4, .mkv or .avi.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def write_street_video(path: Path, settings: StreetSettings) -> GroundTruth:
    """Draw the scene into a video file and return its truth.

    Raises:
        UserError: the file cannot be written.
    """
    rows: list[tuple[int, StreetFrame]] = []

    def images() -> Iterable[ImageArray]:
        for frame_index, frame in enumerate(draw_street(settings)):
            rows.append((frame_index, _without_image(frame)))
            yield frame.image

    write_video(path, images(), settings.frame_rate)
    return GroundTruth(
        frame_indices=np.concatenate(
            [np.full(len(frame.identities), index, np.int64) for index, frame in rows]
        ),
        identities=np.concatenate([frame.identities for _, frame in rows]),
        boxes_xyxy=np.concatenate([frame.boxes_xyxy for _, frame in rows]),
        visibilities=np.concatenate([frame.visibilities for _, frame in rows]),
    )


def write_ground_truth(path: Path, truth: GroundTruth) -> None:
    """Write the truth as a MOTChallenge gt.txt: frames counted from 1, pixels from 0, class 1.

    Pixels count as everywhere in Trackmend and in FairMOT's own result files, so that truth and
    tracks lie on one another.

    Source: MOT16, section 3.2 (frame, id, left, top, width, height, counted, class, visibility).
    """
    lines = []
    for index, identity, box, visibility in zip(
        truth.frame_indices, truth.identities, truth.boxes_xyxy, truth.visibilities, strict=True
    ):
        left, top, right, bottom = (float(value) for value in box)
        size = f"{right - left:.2f},{bottom - top:.2f}"
        place = f"{index + 1},{identity},{left:.2f},{top:.2f}"
        lines.append(f"{place},{size},1,1,{visibility:.4f}\n")
    path.write_text("".join(lines), encoding="ascii", newline="\n")


def _open_stream(
    container: av.container.OutputContainer, first: ImageArray, frame_rate: float
) -> VideoStream:
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    rate = Fraction(frame_rate).limit_denominator(1001)
    stream: VideoStream = container.add_stream(codec, rate=rate)  # type: ignore[assignment]
    stream.height, stream.width = first.shape[:2]
    odd = stream.width % 2 or stream.height % 2
    stream.pix_fmt = "yuv444p" if codec == "libx264" and odd else "yuv420p"
    stream.options = {"crf": "18", "preset": "veryfast"} if codec == "libx264" else {}
    if codec == "mpeg4":
        stream.codec_context.bit_rate = 6_000_000
    return stream


def _without_image(frame: StreetFrame) -> StreetFrame:
    return StreetFrame(
        image=np.zeros((0, 0, 3), np.uint8),
        boxes_xyxy=frame.boxes_xyxy,
        identities=frame.identities,
        visibilities=frame.visibilities,
    )
