"""Which weights of a model suit a video: those of the scene it shows, if it was taught there."""

from typing import TYPE_CHECKING, Final

from trackmend_core.errors import UserError
from trackmend_core.jobs.seams import FrameSource
from trackmend_core.types import FloatArray, ImageArray

if TYPE_CHECKING:
    from trackmend_core.model import LoadedModel

MOMENTS: Final = 6
"""Frames by which a scene is known again, spread over the video."""


def scene_shown(
    source: FrameSource, *, first_frame: int = 0, end_frame: int | None = None
) -> FloatArray:
    """Return the layout of what a video shows, (LAYOUT_LENGTH,); see `layout_of`.

    Frames that cannot be decoded are passed over; of a video without any the layout is zeros.

    Args:
        source: the video.
        first_frame: 0-based, of the stretch that is looked at.
        end_frame: after it; None for the end of the video.
    """
    from trackmend_core.model import layout_of  # loads torch, which no other job needs

    end_frame = source.frame_count if end_frame is None else end_frame
    count = min(MOMENTS, end_frame - first_frame)
    images: list[ImageArray] = []
    for number in range(count):
        try:
            images.append(
                source.read(
                    first_frame + (2 * number + 1) * (end_frame - first_frame) // (2 * count)
                )
            )
        except UserError:
            continue
    return layout_of(images)


def as_taught(model: "LoadedModel", source: FrameSource) -> "LoadedModel":
    """Return the model with what it learnt for the scene that a video shows, if it did.

    Args:
        model: as it was loaded.
        source: the video; not looked at if the model was taught nowhere.
    """
    from trackmend_core.model import in_scene

    return in_scene(model, scene_shown(source)) if model.scenes else model


def said_of_scene(model: "LoadedModel") -> str:
    """Return one sentence for people on which weights run, "" for a model that has only one set."""
    if model.is_at_taught_scene:
        return "It was taught in this scene: what it learnt here is used."
    if model.scenes:
        return "It was taught in another scene: what it knows everywhere is used."
    return ""
