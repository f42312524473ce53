"""Tells whether a video that was opened can be the one that a project's tracks were made on.

A file may be replaced, cut or converted under its name. Its content is not compared here, which
would take a while: a copy that was converted, frame by frame, is as good.
"""

from trackmend_core.errors import UserError
from trackmend_core.project.records import VideoRecord


def check_same_video(video: VideoRecord, *, frame_count: int, width: int, height: int) -> None:
    """Refuse a video of other frames: tracks would lie beside the people.

    Args:
        video: as the project knows it.
        frame_count: of what lies at its place now.
        width: of its frames in pixels.
        height: of its frames in pixels.

    Raises:
        UserError: the number of frames or their size differs.
    """
    if (frame_count, width, height) == (video.frame_count, video.width, video.height):
        return
    raise UserError(
        f"{video.name} is not the video that was tracked: it has {frame_count} frames of"
        f" {width} × {height}, and there were {video.frame_count} of"
        f" {video.width} × {video.height}.",
        "Put the earlier file back. To track this one, give it another name and add it as a video"
        " of its own.",
    )
