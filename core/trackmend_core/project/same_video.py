"""Tells whether a video that was opened can be the one that a project's tracks were made on.

A file may be replaced, cut or converted under its name. Its content is not compared here, which
would take a while: a copy that was converted, frame by frame, is as good.
"""

from typing import Protocol

from trackmend_core.errors import UserError
from trackmend_core.project.records import VideoRecord


class OpenVideo(Protocol):
    """What a video that is open says of itself."""

    @property
    def frame_count(self) -> int:
        """Frames that can be read."""
        ...

    @property
    def width(self) -> int:
        """Of its frames, in pixels."""
        ...

    @property
    def height(self) -> int:
        """Of its frames, in pixels."""
        ...


def check_same_video(video: VideoRecord, opened: OpenVideo) -> None:
    """Refuse a video of other frames: tracks would lie beside the people.

    Args:
        video: as the project knows it.
        opened: what lies at its place now.

    Raises:
        UserError: the number of frames or their size differs.
    """
    if (opened.frame_count, opened.width, opened.height) == (
        video.frame_count,
        video.width,
        video.height,
    ):
        return
    raise UserError(
        f"{video.name} is not the video that was tracked: it has {opened.frame_count} frames of"
        f" {opened.width} × {opened.height}, and there were {video.frame_count} of"
        f" {video.width} × {video.height}.",
        "Put the earlier file back. To track this one, give it another name and add it as a video"
        " of its own.",
    )
