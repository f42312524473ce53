import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QIcon
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from trackmend_app.theme import (
    DARK,
    LIGHT,
    Theme,
    apply_theme,
    colour_for,
    current_theme,
    icon,
    icon_names,
    text_colour_on,
    ui_font,
)
from trackmend_app.theme.colour_maths import Sight, contrast, distance, mix
from trackmend_app.theme.identity_colours import IDENTITY_COLOURS, panel_colour_name
from trackmend_app.theme.palette import build_palette
from trackmend_app.theme.stylesheet import build_stylesheet

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
TEXTS = ("text", "quiet", "error", "doubt", "good")
GROUNDS = ("ground", "panel", "raised")


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_reads_on_every_ground(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= 4.5


@BOTH
def test_text_reads_where_it_stands_on_something_special(theme: Theme) -> None:
    assert contrast(theme.on_action, theme.action) >= 4.5
    assert contrast(theme.on_action, theme.action_hover) >= 4.5
    assert contrast(theme.text, theme.selection) >= 4.5
    assert contrast(theme.text, theme.hover) >= 4.5
    assert contrast(theme.on_overlay, theme.overlay) >= 4.5


@BOTH
def test_focus_is_seen_on_every_ground(theme: Theme) -> None:
    assert all(contrast(theme.focus, getattr(theme, ground)) >= 3 for ground in GROUNDS)


def test_the_dark_theme_has_the_colours_of_the_design() -> None:
    assert (DARK.ground, DARK.panel, DARK.raised, DARK.line) == (
        "#12151a",
        "#171b21",
        "#1c2129",
        "#262c35",
    )
    assert (DARK.text, DARK.quiet, DARK.action, DARK.focus) == (
        "#d7dce3",
        "#8a93a0",
        "#2667c9",
        "#4ea1ff",
    )
    assert (DARK.error, DARK.doubt, DARK.good) == ("#ff6b6b", "#f5b041", "#53c68c")


def test_contrast_of_black_and_white_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mix("#000000", "#ffffff", share_b=0) == "#000000"
    assert mix("#000000", "#ffffff", share_b=1) == "#ffffff"


@pytest.mark.parametrize("sight", list(Sight), ids=[sight.name for sight in Sight])
def test_neighbouring_identities_differ_for_everybody(sight: Sight) -> None:
    count = len(IDENTITY_COLOURS)
    for number in range(count):
        here = IDENTITY_COLOURS[number]
        assert distance(here, IDENTITY_COLOURS[(number + 1) % count], sight=sight) > 30
        assert distance(here, IDENTITY_COLOURS[(number + 2) % count], sight=sight) > 14


def test_an_identity_keeps_its_colour() -> None:
    assert colour_for(3) == colour_for(3)
    assert colour_for(3) != colour_for(4)
    assert colour_for(1 + len(IDENTITY_COLOURS)) == colour_for(1)
    assert len(set(IDENTITY_COLOURS)) == len(IDENTITY_COLOURS)


def test_the_id_reads_on_every_identity_colour() -> None:
    for number in range(1, 1 + len(IDENTITY_COLOURS)):
        colour = colour_for(number)
        assert contrast(colour.name(), text_colour_on(colour).name()) >= 4.0


@BOTH
def test_identities_stand_out_from_a_panel(theme: Theme) -> None:
    for number in range(1, 1 + len(IDENTITY_COLOURS)):
        assert contrast(panel_colour_name(number, theme=theme), theme.panel) >= 2


@BOTH
def test_the_style_sheet_is_complete_and_silent(theme: Theme, qtbot: QtBot) -> None:
    sheet = build_stylesheet(theme)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    for path in re.findall(r"url\(([^)]+)\)", sheet):
        assert QIcon(path).availableSizes() or not QIcon(path).pixmap(16, 16).isNull()


@BOTH
def test_applying_a_theme_reaches_widgets_and_palette(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    label = QLabel("words")
    qtbot.addWidget(label)
    apply_theme(qapp, theme)
    assert current_theme() is theme
    assert qapp.palette().window().color() == QColor(theme.ground)
    button = QPushButton("Run")
    button.setProperty("kind", "primary")
    qtbot.addWidget(button)
    button.resize(80, 30)
    assert button.grab().toImage().pixelColor(12, 15).name() == theme.action
    assert build_palette(theme).text().color() == QColor(theme.text)


def test_a_slider_with_the_focus_keeps_its_ground(qtbot: QtBot, qapp: QApplication) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QSlider

    apply_theme(qapp, DARK)
    slider = QSlider(Qt.Orientation.Horizontal)
    qtbot.addWidget(slider)
    slider.resize(200, 20)
    slider.show()
    slider.setFocus()
    assert slider.grab().toImage().pixelColor(100, 1).name() != DARK.focus


def test_the_window_uses_its_bundled_typeface(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    assert QFontInfo(ui_font()).family() == "Inter"


def test_figures_have_one_width(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    metrics = QFontMetricsF(ui_font(13))
    assert metrics.horizontalAdvance("111111") == metrics.horizontalAdvance("000000")


@pytest.mark.parametrize("name", ["play", "pause", "swap", "undo", "similarity", "trash"])
def test_icons_the_window_needs_are_there(name: str) -> None:
    assert name in icon_names()


def test_icons_are_drawn_in_the_colour_of_the_theme(qtbot: QtBot) -> None:
    for name in icon_names():
        for theme in (DARK, LIGHT):
            pixels = icon(name, theme).pixmap(QSize(16, 16)).toImage()
            colours = {
                pixels.pixelColor(x, y).name()
                for x in range(pixels.width())
                for y in range(pixels.height())
                if pixels.pixelColor(x, y).alpha() > 240
            }
            assert theme.text in colours, name


def test_a_disabled_icon_is_faint(qtbot: QtBot) -> None:
    pixels = icon("stop", DARK).pixmap(QSize(16, 16), QIcon.Mode.Disabled).toImage()
    assert pixels.pixelColor(8, 8).name() == DARK.faint


@BOTH
def test_no_button_becomes_bold_by_its_state_for_it_is_measured_without(theme: Theme) -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", build_stylesheet(theme))
    by_state = [
        selector.strip()
        for selectors, body in rules
        for selector in selectors.split(",")
        if "font" in body and re.search(r"Button[^ ]*(?<!:):[a-z]", selector)
    ]
    assert len(rules) > 50 and by_state == []
