"""How alarming a probability of an error is, as a colour: in the track list and on the timeline."""

from typing import Final

from trackmend_app.theme import Theme

ALARMING: Final = 0.6
"""From this probability on the colour is that of errors."""


def suspicion_colour(probability: float, theme: Theme) -> str:
    """Return quiet for none, amber for a doubt, red for a likely error."""
    if probability <= 0:
        return theme.quiet
    return theme.error if probability >= ALARMING else theme.doubt
