"""The table of settings: the file is checked by it and the dialog is built from it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from trackmend_app.choice_titles import PRESET_TITLES
from trackmend_app.engine_choice import ENGINE_IDS, ENGINES
from trackmend_app.playback import SPEEDS, speed_text
from trackmend_app.user_models import user_models
from trackmend_app.wording import noted
from trackmend_app.wording.catalogue import LANGUAGES, SYSTEM

Value = str | int | float | bool
Choices = tuple[tuple[Value, str], ...]


class Section(StrEnum):
    """The pages of the dialog and the tables of the file, with their titles."""

    APPEARANCE = "Appearance"
    PLAYBACK = "Playback"
    MODEL = "Model"
    TRACKING = "Tracking"
    MEMORY = "Memory"
    SAVING = "Saving"
    LANGUAGE = "Language"

    @property
    def table(self) -> str:
        """Its name in the file."""
        return self.value.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One thing that can be set.

    Attributes:
        key: "section.name", as code and the file call it.
        title: beside the field.
        tip: one sentence of what it does.
        default: what holds while nothing else is set; its type is the setting's.
        choices: values and titles to choose from, read when they are asked for; None for a number.
        low: least number.
        high: greatest number.
        step: from one number to the next in the dialog.
        unit: behind the number.
        at_low: said instead of the least number, such as "never".
        names: the choices are names, which are not translated.
        next_start: it takes effect with the next start.
    """

    key: str
    section: Section
    title: str
    tip: str
    default: Value
    choices: Callable[[], Choices] | None = None
    low: int = 0
    high: int = 0
    step: int = 1
    unit: str = ""
    at_low: str = ""
    names: bool = False
    next_start: bool = False

    def accepts(self, value: object) -> bool:
        """Tell whether a value is one of this setting."""
        if isinstance(self.default, float):
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            fits = type(value) is type(self.default)
        if not fits:
            return False
        if self.choices is not None:
            return value in [known for known, _ in self.choices()]
        return isinstance(value, int | float) and self.low <= value <= self.high


def _fixed(*choices: tuple[Value, str]) -> Callable[[], Choices]:
    return lambda: choices


def _models() -> Choices:
    bundled: tuple[Value, str] = ("", noted("The bundled model"))
    return (bundled, *((model.path.name, model.name) for model in user_models()))


SETTINGS: tuple[SettingRow, ...] = (
    SettingRow(
        key="appearance.theme", section=Section.APPEARANCE, default="dark",
        title=noted("Theme"), tip=noted("Colours of the window; the video stays as it is"),
        choices=_fixed(
            ("dark", noted("Dark")), ("light", noted("Light")), ("system", noted("As the system")),
        ),
    ),
    SettingRow(
        key="appearance.scale", section=Section.APPEARANCE, default=100,
        title=noted("Size of everything"), tip=noted("Make texts, buttons and panels larger"),
        low=75, high=250, step=25, unit=noted(" %"), next_start=True,
    ),
    SettingRow(
        key="appearance.label_size", section=Section.APPEARANCE, default=13,
        title=noted("Size of ids on the video"),
        tip=noted("Height of the numbers at the boxes"),
        low=9, high=28, unit=noted(" px"),
    ),
    SettingRow(
        key="appearance.line_width", section=Section.APPEARANCE, default=2,
        title=noted("Width of the boxes' lines"),
        tip=noted("A selected box is drawn one pixel wider"),
        low=1, high=6, unit=noted(" px"),
    ),
    SettingRow(
        key="playback.speed", section=Section.PLAYBACK, default=1.0,
        title=noted("Speed at the start"), tip=noted("How fast a video plays at first"),
        choices=lambda: tuple((speed, speed_text(speed)) for speed in SPEEDS), names=True,
    ),
    SettingRow(
        key="playback.step", section=Section.PLAYBACK, default=10,
        title=noted("Small jump"), tip=noted("How far one small jump (C and V, at first) goes"),
        low=2, high=1000, unit=noted(" frames"),
    ),
    SettingRow(
        key="playback.big_step", section=Section.PLAYBACK, default=100,
        title=noted("Large jump"), tip=noted("How far one large jump (the page keys) goes"),
        low=2, high=100_000, step=10, unit=noted(" frames"),
    ),
    SettingRow(
        key="playback.loop_seconds", section=Section.PLAYBACK, default=1,
        title=noted("Loop around a frame"),
        tip=noted("How much is looped to each side when no range is marked"),
        low=1, high=60, unit=noted(" s"),
    ),
    SettingRow(
        key="model.file", section=Section.MODEL, default="",
        title=noted("Model"), tip=noted("The model of the first run after the start"),
        choices=_models,
    ),
    SettingRow(
        key="model.engine", section=Section.MODEL, default=ENGINE_IDS[0],
        title=noted("How it runs"), tip=noted("On what a model is computed, and how exactly"),
        choices=lambda: tuple(zip(ENGINE_IDS, ENGINES, strict=True)),
    ),
    SettingRow(
        key="tracking.preset", section=Section.TRACKING, default="default",
        title=noted("Tracking"), tip=noted("How boxes are joined to tracks in a new run"),
        choices=lambda: tuple((str(preset), title) for preset, title in PRESET_TITLES.items()),
    ),
    SettingRow(
        key="memory.frames_mb", section=Section.MEMORY, default=512,
        title=noted("Frames kept ready"),
        tip=noted("More makes going back and forth in large videos smoother"),
        low=64, high=16_384, step=64, unit=noted(" MB"),
    ),
    SettingRow(
        key="memory.maps_mb", section=Section.MEMORY, default=256,
        title=noted("Similarity maps kept ready"),
        tip=noted("More spares the model computing a frame's map again"),
        low=16, high=8192, step=64, unit=noted(" MB"),
    ),
    SettingRow(
        key="saving.moment_minutes", section=Section.SAVING, default=15,
        title=noted("Name a moment by itself"),
        tip=noted("After so many minutes with edits a named moment is set, to go back to; "
                  "every edit is saved at once in any case"),
        low=0, high=240, step=5, unit=noted(" min"), at_low=noted("never"),
    ),
    SettingRow(
        key="language.code", section=Section.LANGUAGE, default=SYSTEM,
        title=noted("Language"), tip=noted("Of menus, panels and messages"),
        choices=lambda: ((SYSTEM, noted("As the system")), *LANGUAGES.items()), next_start=True,
    ),
)  # fmt: skip

BY_KEY = {row.key: row for row in SETTINGS}
