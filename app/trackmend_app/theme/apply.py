"""Put a theme on the running application, and tell which one is on."""

from PySide6.QtWidgets import QApplication

from trackmend_app.theme.fonts import load_bundled_fonts, ui_font
from trackmend_app.theme.palette import build_palette
from trackmend_app.theme.stylesheet import build_stylesheet
from trackmend_app.theme.tokens import DARK, Theme, theme_named

_PROPERTY = "trackmend_theme"
_FONTS_LOADED = "trackmend_fonts_loaded"


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole application a theme; every widget is told by a style change event."""
    if not app.property(_FONTS_LOADED):
        load_bundled_fonts()
        app.setProperty(_FONTS_LOADED, True)
        app.setStyle("Fusion")
    sheet = build_stylesheet(theme)
    if app.property(_PROPERTY) == str(theme.name) and app.styleSheet() == sheet:
        return  # giving it again would polish every widget of every window anew
    app.setProperty(_PROPERTY, str(theme.name))
    app.setFont(ui_font())
    app.setPalette(build_palette(theme))
    app.setStyleSheet(sheet)


def current_theme() -> Theme:
    """Return the theme that is on; the dark one before any was applied."""
    app = QApplication.instance()
    name = app.property(_PROPERTY) if app is not None else None
    return theme_named(str(name)) if name else DARK
