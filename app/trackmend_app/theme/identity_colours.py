"""One colour per identity, the same wherever it is drawn.

Okabe and Ito's colours, brightened for a dark ground and extended to twenty. The order was found by
annealing so that identities whose numbers are close differ most for full, red-blind and green-blind
sight; the test of this module holds it to that.
"""

from functools import lru_cache

from PySide6.QtGui import QColor

from trackmend_app.theme.colour_maths import contrast, mix
from trackmend_app.theme.tokens import Theme

IDENTITY_COLOURS = (
    "#56b4e9",
    "#e69f00",
    "#5470e8",
    "#fff3a0",
    "#2bc4a0",
    "#cf9fff",
    "#ff8a5c",
    "#2f86c9",
    "#f0e442",
    "#c8f0f2",
    "#a868e8",
    "#6fae2e",
    "#cc79a7",
    "#ffc861",
    "#5fe0e6",
    "#7aa2ff",
    "#d9601f",
    "#f7b6d6",
    "#a5d86e",
    "#0f9e78",
)
_INK = "#101318"
_PAPER = "#ffffff"


def colour_for(number: int) -> QColor:
    """Return the colour of the identity with this number (1-based), stable for ever."""
    return QColor(IDENTITY_COLOURS[(number - 1) % len(IDENTITY_COLOURS)])


@lru_cache(maxsize=256)
def panel_colour_name(number: int, *, theme: Theme) -> str:
    """Return an identity's colour on a panel: darkened on light ground, where pale ones drown."""
    name = IDENTITY_COLOURS[(number - 1) % len(IDENTITY_COLOURS)]
    share = 0.0
    while not theme.is_dark and contrast(name, theme.panel) < 2.2 and share < 0.6:
        share += 0.06
        name = mix(name, _INK, share_b=0.06)
    return name


@lru_cache(maxsize=256)
def _text_name_on(colour_name: str) -> str:
    return max((_INK, _PAPER), key=lambda text: contrast(text, colour_name))


def text_colour_on(colour: QColor) -> QColor:
    """Return ink or paper, whichever reads better on the colour."""
    return QColor(_text_name_on(colour.name()))
