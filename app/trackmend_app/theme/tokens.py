"""The colours of the two themes by what they are for; nothing else in the window names a colour."""

from dataclasses import dataclass
from enum import StrEnum


class ThemeName(StrEnum):
    """The themes that a person can choose."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours by role, each "#rrggbb".

    Attributes:
        name: which theme this is.
        ground: behind everything: window, menu bar, status line.
        stage: around the video frame.
        panel: side panels, tool bar, timeline.
        raised: what stands out of a panel: buttons, fields, menus.
        field: what can be typed into.
        hover: a raised thing under the pointer.
        lane: the empty track of a timeline lane.
        line: borders and separators.
        text: what is to be read.
        quiet: what may be overlooked.
        faint: disabled text and ornaments; never the only carrier of a meaning.
        action: the one thing to do next (primary button, running progress).
        action_hover: that, under the pointer.
        on_action: text on `action`.
        focus: keyboard focus and checked controls.
        selection: ground of a selected row or lane.
        error: something failed.
        doubt: something wants a look.
        good: something is safe or done.
        overlay: ground of a chip that lies on the video (drawn translucent).
        on_overlay: text on such a chip.
    """

    name: ThemeName
    ground: str
    stage: str
    panel: str
    raised: str
    field: str
    hover: str
    lane: str
    line: str
    text: str
    quiet: str
    faint: str
    action: str
    action_hover: str
    on_action: str
    focus: str
    selection: str
    error: str
    doubt: str
    good: str
    overlay: str
    on_overlay: str

    @property
    def is_dark(self) -> bool:
        """Return whether light text stands on dark ground."""
        return self.name is ThemeName.DARK


DARK = Theme(
    name=ThemeName.DARK,
    ground="#12151a",
    stage="#0b0d10",
    panel="#171b21",
    raised="#1c2129",
    field="#12151a",
    hover="#252b35",
    lane="#1c2129",
    line="#262c35",
    text="#d7dce3",
    quiet="#8a93a0",
    faint="#59616d",
    action="#2667c9",
    action_hover="#2f74dc",
    on_action="#ffffff",
    focus="#4ea1ff",
    selection="#22304a",
    error="#ff6b6b",
    doubt="#f5b041",
    good="#53c68c",
    overlay="#12151a",
    on_overlay="#e8ebf0",
)

LIGHT = Theme(
    name=ThemeName.LIGHT,
    ground="#eceff3",
    stage="#cfd5dc",
    panel="#f6f8fa",
    raised="#ffffff",
    field="#ffffff",
    hover="#e8ecf2",
    lane="#e9edf2",
    line="#d3d9e1",
    text="#1c232d",
    quiet="#576070",
    faint="#98a1ae",
    action="#2667c9",
    action_hover="#1f58b0",
    on_action="#ffffff",
    focus="#1769d6",
    selection="#d5e4fb",
    error="#b9252b",
    doubt="#855400",
    good="#17703f",
    overlay="#12151a",
    on_overlay="#f2f4f7",
)


def theme_named(name: str) -> Theme:
    """Return the theme of that name.

    Raises:
        ValueError: there is no such theme.
    """
    return LIGHT if ThemeName(name) is ThemeName.LIGHT else DARK
