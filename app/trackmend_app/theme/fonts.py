"""The typeface of the window: Inter, bundled, so that it looks alike everywhere."""

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from trackmend_resources import resource_path

FONT_FAMILIES = (
    "Inter",
    "Inter Variable",
    "Segoe UI Variable Text",
    "Segoe UI",
    "SF Pro Text",
    ".AppleSystemUIFont",
    "Noto Sans",
    "DejaVu Sans",
)
BASE_SIZE_PX = 13
_BUNDLED = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")


def load_bundled_fonts() -> tuple[str, ...]:
    """Hand the shipped fonts to Qt (needs a QGuiApplication) and return their families."""
    families: list[str] = []
    for name in _BUNDLED:
        font_id = QFontDatabase.addApplicationFont(str(resource_path("fonts", name)))
        families.extend(QFontDatabase.applicationFontFamilies(font_id) if font_id >= 0 else [])
    return tuple(dict.fromkeys(families))


def ui_font(size_px: float = BASE_SIZE_PX, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the window's font with tabular digits, so that counting figures do not dance."""
    return QFont(_font(max(1, round(size_px)), weight))


@lru_cache(maxsize=64)
def _font(size_px: int, weight: QFont.Weight) -> QFont:
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(size_px)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font
