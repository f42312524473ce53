"""The theme as a QPalette, for everything that a style sheet does not reach."""

from PySide6.QtGui import QColor, QPalette

from trackmend_app.theme.tokens import Theme

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup


def build_palette(theme: Theme) -> QPalette:
    """Return the palette of a theme."""
    palette = QPalette()
    roles = {
        _Role.Window: theme.ground,
        _Role.WindowText: theme.text,
        _Role.Base: theme.panel,
        _Role.AlternateBase: theme.raised,
        _Role.Text: theme.text,
        _Role.PlaceholderText: theme.quiet,
        _Role.Button: theme.raised,
        _Role.ButtonText: theme.text,
        _Role.BrightText: theme.error,
        _Role.ToolTipBase: theme.raised,
        _Role.ToolTipText: theme.text,
        _Role.Highlight: theme.selection,
        _Role.HighlightedText: theme.text,
        _Role.Link: theme.focus,
        _Role.LinkVisited: theme.focus,
        _Role.Accent: theme.action,
        _Role.Light: theme.hover,
        _Role.Midlight: theme.raised,
        _Role.Mid: theme.line,
        _Role.Dark: theme.line,
        _Role.Shadow: theme.stage,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText):
        palette.setColor(_Group.Disabled, role, QColor(theme.faint))
    return palette
