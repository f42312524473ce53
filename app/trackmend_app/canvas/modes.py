"""What the left mouse button does on the canvas."""

from enum import StrEnum


class CanvasMode(StrEnum):
    """Select and mend boxes, draw one, only move the picture, zoom to a rectangle, or go around.

    To LOOK is to select, and to change nothing.
    """

    SELECT = "select"
    DRAW_BOX = "draw_box"
    PAN = "pan"
    ZOOM = "zoom"
    LASSO = "lasso"
    LOOK = "look"

    @property
    def waits(self) -> bool:
        """Tell whether one drag is waited for, which Esc calls off."""
        return self in (CanvasMode.DRAW_BOX, CanvasMode.ZOOM, CanvasMode.LASSO)

    @property
    def chooses(self) -> bool:
        """Tell whether a click chooses a box."""
        return self in (CanvasMode.SELECT, CanvasMode.LOOK)
