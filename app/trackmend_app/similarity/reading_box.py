"""Chooses how embeddings are made on one side: whose model, and where in its map they are read."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from trackmend_app.model_shelf import ModelChoice
from trackmend_app.similarity.sampler_box import SamplerBox
from trackmend_core.similarity import SamplerName


class ReadingBox(QWidget):
    """One side of a comparison: a letter, a list of models, a list of samplers.

    Signals: chosen(): a person chose another model or sampler.
    """

    chosen = Signal()

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_box = QComboBox(self)
        self.sampler_box = SamplerBox(self)
        self._letter = QLabel(letter, self)
        self._build(letter)
        self.set_models((), run_model=None)
        self.model_box.activated.connect(self._on_chosen)
        self.sampler_box.chosen.connect(self._on_chosen)

    @property
    def model_path(self) -> Path | None:
        """Return the chosen model; None for that of the shown run."""
        path: Path | None = self.model_box.currentData()
        return path

    @property
    def sampler(self) -> SamplerName | None:
        """Return the chosen sampler; None as the model learnt it."""
        return self.sampler_box.sampler

    def set_models(self, models: Sequence[ModelChoice], *, run_model: Path | None) -> None:
        """List models; the one that stays possible stays chosen. Tells nobody."""
        chosen = self.model_path if self.model_box.count() else None
        with QSignalBlocker(self.model_box):
            self.model_box.clear()
            self.model_box.addItem(self.tr("Run's model"), None)
            for model in models:
                if model.path != run_model:
                    self.model_box.addItem(model.name, model.path)
                    tip = str(model.path)
                    row = self.model_box.count() - 1
                    self.model_box.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
            self.show_model(chosen)

    def show_model(self, path: Path | None) -> None:
        """Show a choice without telling anybody; an unknown model is listed by its file's name."""
        with QSignalBlocker(self.model_box):
            row = next(
                (n for n in range(self.model_box.count()) if self.model_box.itemData(n) == path), -1
            )
            if row < 0 and path is not None:
                self.model_box.addItem(path.stem, path)
                row = self.model_box.count() - 1
            self.model_box.setCurrentIndex(max(0, row))

    @Slot()
    def _on_chosen(self) -> None:
        self.chosen.emit()

    def _build(self, letter: str) -> None:
        self._letter.setProperty("kind", "figure")
        self._letter.setFixedWidth(12)
        self.model_box.setAccessibleName(self.tr("Model of side {letter}").format(letter=letter))
        self.model_box.setToolTip(self.tr("Whose features the maps are made of"))
        self.model_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.model_box.setMinimumContentsLength(8)
        self.model_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.model_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._letter)
        row.addWidget(self.model_box, 1)
        row.addWidget(self.sampler_box, 1)
