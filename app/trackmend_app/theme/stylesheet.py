"""The style sheet of the window, made from the tokens: one short template per family of widgets.

Widgets ask for a variant with the dynamic property "kind": buttons "primary", "danger", "ghost",
"small"; labels "heading", "title", "quiet", "small", "figure", "clock", "error", "doubt", "good";
frames "panel", "card", "chip". A progress bar has "state": "done" or "failed".
"""

from string import Template

from trackmend_app.theme.style_templates import (
    BUTTONS,
    CONTAINERS,
    FIELDS,
    INDICATORS,
    LISTS,
    MENUS,
    SCROLL_BARS,
    TEXTS,
)
from trackmend_app.theme.tokens import Theme, ThemeName
from trackmend_resources import resource_path

_TEMPLATES = (TEXTS, CONTAINERS, MENUS, BUTTONS, FIELDS, LISTS, SCROLL_BARS, INDICATORS)
_TOKENS = (
    "ground",
    "stage",
    "panel",
    "raised",
    "field",
    "hover",
    "line",
    "text",
    "quiet",
    "faint",
    "action",
    "action_hover",
    "on_action",
    "focus",
    "selection",
    "error",
    "doubt",
    "good",
)


def build_stylesheet(theme: Theme) -> str:
    """Return the style sheet of a theme; font families come from the application font."""
    values = {token: getattr(theme, token) for token in _TOKENS}
    for picture in ("chevron-down", "chevron-up", "check", "menu-check", "dash", "dot"):
        path = resource_path("icons", "style", f"{picture}-{theme.name}.svg")
        values[picture.replace("-", "_")] = path.as_posix()
    on_action = resource_path("icons", "style", f"chevron-down-{ThemeName.DARK}.svg")
    values["chevron_on_action"] = on_action.as_posix()
    return "\n".join(Template(template).substitute(values) for template in _TEMPLATES)
