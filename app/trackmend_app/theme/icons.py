"""Icons from the shipped SVG files, drawn in the colours of a theme."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from trackmend_app.theme.apply import current_theme
from trackmend_app.theme.tokens import Theme
from trackmend_resources import resource_path

_SIZES = (16, 20, 24)
_DEVICE_RATIOS = (1.0, 2.0, 3.0)


def icon_names() -> tuple[str, ...]:
    """Return the names of all shipped icons."""
    return tuple(sorted(path.stem for path in resource_path("icons").glob("*.svg")))


def icon(name: str, theme: Theme | None = None, *, on_action: bool = False) -> QIcon:
    """Return an icon in the colours of a theme (the current one by default).

    Icons hold pixels, not the theme: set them again after `apply_theme`.

    Args:
        name: one of `icon_names`.
        theme: whose colours to use.
        on_action: the icon stands on a primary button.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    theme = theme or current_theme()
    svg = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    normal = theme.on_action if on_action else theme.text
    colours = {
        (QIcon.Mode.Normal, QIcon.State.Off): normal,
        (QIcon.Mode.Active, QIcon.State.Off): normal,
        (QIcon.Mode.Normal, QIcon.State.On): theme.focus,
        (QIcon.Mode.Disabled, QIcon.State.Off): theme.faint,
    }
    themed = QIcon()
    for (mode, state), colour in colours.items():
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", colour).encode()))
        for size in _SIZES:
            for ratio in _DEVICE_RATIOS:
                themed.addPixmap(_render(renderer, size=size, ratio=ratio), mode, state)
    return themed


def icon_pixmap(name: str, *, size: int, colour: str, ratio: float) -> QPixmap:
    """Return one icon as pixels, in one colour.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    svg = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", colour).encode()))
    return _render(renderer, size=size, ratio=ratio)


def _render(renderer: QSvgRenderer, *, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        renderer.render(painter, QRectF(pixmap.rect()))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
