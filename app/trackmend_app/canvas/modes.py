"""What the left mouse button does on the canvas."""

from enum import StrEnum


class CanvasMode(StrEnum):
    """Select and mend boxes, draw a new one, or only move the picture."""

    SELECT = "select"
    DRAW_BOX = "draw_box"
    PAN = "pan"
