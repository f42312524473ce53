"""How the window looks: colour tokens, fonts, palette, style sheet, icons, identity colours."""

from trackmend_app.theme.apply import apply_theme, current_theme
from trackmend_app.theme.fonts import load_bundled_fonts, ui_font
from trackmend_app.theme.icons import icon, icon_names
from trackmend_app.theme.identity_colours import colour_for, text_colour_on
from trackmend_app.theme.tokens import DARK, LIGHT, Theme, ThemeName, theme_named

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "ThemeName",
    "apply_theme",
    "colour_for",
    "current_theme",
    "icon",
    "icon_names",
    "load_bundled_fonts",
    "text_colour_on",
    "theme_named",
    "ui_font",
]
