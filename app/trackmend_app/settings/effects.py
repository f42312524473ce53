"""Lets each setting take effect: one function for each, called at the start and when it changes."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from trackmend_app.engine_choice import ENGINE_IDS, ENGINES
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.settings.control import SettingsControl
from trackmend_app.settings.schema import SETTINGS
from trackmend_app.theme.look import set_look
from trackmend_app.user_models import user_models
from trackmend_app.wording import say
from trackmend_core.tracking import Preset

if TYPE_CHECKING:
    from trackmend_app.main_window import MainWindow

MB = 1024 * 1024


class SettingsEffects(QObject):
    """Between the settings and what they change."""

    def __init__(self, window: "MainWindow", control: SettingsControl) -> None:
        super().__init__(window)
        self._window = window
        self._control = control
        self._of: dict[str, Callable[[], None]] = {
            "appearance.theme": self._dress,
            "appearance.label_size": self._draw,
            "appearance.line_width": self._draw,
            "playback.speed": self._speed,
            "playback.step": self._steps,
            "playback.big_step": self._steps,
            "playback.loop_seconds": self._steps,
            "model.file": self._model,
            "model.engine": self._engine,
            "tracking.preset": self._tracking,
            "memory.frames_mb": self._memory,
            "memory.maps_mb": self._memory,
            "saving.moment_minutes": self._moments,
        }
        control.changed.connect(self._apply)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_scheme_changed)
        self._apply([row.key for row in SETTINGS])

    @property
    def keys(self) -> frozenset[str]:
        """Return the settings that take effect at once; the others do at the next start."""
        return frozenset(self._of)

    @Slot(object)
    def _apply(self, keys: Iterable[str]) -> None:
        for effect in {self._of[key]: None for key in keys if key in self._of}:
            effect()

    @Slot(Qt.ColorScheme)
    def _on_system_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._control.now["appearance.theme"] == "system":
            self._dress()

    def _dress(self) -> None:
        wanted = self._control.now["appearance.theme"]
        if wanted == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            self._window.dress(light=scheme is Qt.ColorScheme.Light)
        else:
            self._window.dress(light=wanted == "light")

    def _draw(self) -> None:
        now = self._control.now
        set_look(
            self._window.app,
            label_px=now.number("appearance.label_size"),
            line_px=now.number("appearance.line_width"),
        )
        self._window.canvas.view_moved()

    def _speed(self) -> None:
        self._window.workbench.playback.set_speed(float(self._control.now["playback.speed"]))

    def _steps(self) -> None:
        now, travel = self._control.now, self._window.workbench.travel
        small, large = now.number("playback.step"), now.number("playback.big_step")
        travel.small_step, travel.large_step = small, large
        travel.loop_s = now.number("playback.loop_seconds")
        for action_id, frames in (("10", small), ("100", large)):
            for way, title, tip in (
                ("back", say("{count} frames back"), say("Go {count} frames back")),
                ("forward", say("{count} frames forward"), say("Go {count} frames forward")),
            ):
                self._window.action_set.reword(
                    f"{way}_{action_id}",
                    title=title.format(count=frames),
                    tip=tip.format(count=frames),
                )

    def _model(self) -> None:
        wanted = self._control.now["model.file"]
        found = [model for model in user_models() if model.path.name == wanted]
        usual = ModelChoice(name=found[0].name, path=found[0].path) if found else None
        self._window.workbench.runs.set_usual_model(usual)

    def _engine(self) -> None:
        index = ENGINE_IDS.index(self._control.now.text("model.engine"))
        self._window.workbench.runs.set_engine(list(ENGINES.values())[index])

    def _tracking(self) -> None:
        self._window.workbench.runs.set_preset(Preset(self._control.now.text("tracking.preset")))

    def _memory(self) -> None:
        now, bench = self._control.now, self._window.workbench
        bench.frames.set_limit(now.number("memory.frames_mb") * MB)
        bench.maps.set_limit(now.number("memory.maps_mb") * MB)

    def _moments(self) -> None:
        minutes = self._control.now.number("saving.moment_minutes")
        self._window.workbench.moments.set_interval(minutes)
