"""What the left mouse button does on the canvas."""

from enum import StrEnum


class CanvasMode(StrEnum):
    """Select and mend boxes, draw a new one, only move the picture, or zoom to a rectangle.

    To LOOK is to select, and to change nothing.
    """

    SELECT = "select"
    DRAW_BOX = "draw_box"
    PAN = "pan"
    ZOOM = "zoom"
    LOOK = "look"

    @property
    def waits(self) -> bool:
        """Tell whether one drag is waited for, which Esc calls off."""
        return self in (CanvasMode.DRAW_BOX, CanvasMode.ZOOM)

    @property
    def chooses(self) -> bool:
        """Tell whether a click chooses a box."""
        return self in (CanvasMode.SELECT, CanvasMode.LOOK)
