"""What would be after an edit that nobody has made yet, for canvas and timeline; no Qt."""

from dataclasses import dataclass

from trackmend_core.project import BoxXyxy
from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """A box as it would be.

    Attributes:
        box_xyxy: pixels of the source frame.
        number: whom it would belong to, None for a new track or for nobody.
        is_removed: it would be gone.
    """

    box_xyxy: BoxXyxy
    number: int | None
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostStretch:
    """Frames of a lane that would belong to somebody else, be gone, or be new.

    Attributes:
        lane: of the track that has the boxes now; of the one that would get them if they are new.
        number: whom they would belong to, None for a new track or for nobody.
    """

    lane: TrackId
    first_frame: int
    last_frame: int
    number: int | None
    is_removed: bool = False
