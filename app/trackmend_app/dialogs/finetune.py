"""Asks how long and from which model to learn from the corrections."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.wording import counted, noted, say
from trackmend_core.jobs.held_out import Judgeable
from trackmend_training.config import FinetuneConfig

AS_IT_IS_WORTH = 0
"""Steps that are not counted out: the trainer plans by how many frames were corrected."""
EVERY_SCENE = 1
"""Row of the choice where to use what is learnt."""
_LENGTHS = (
    (noted("Short (80 steps)"), 80),
    (noted("Usual (more for a longer clip)"), AS_IT_IS_WORTH),
    (noted("Long (400 steps)"), 400),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetunePlan:
    """What to teach: from which model, under which name, how."""

    base: ModelChoice
    name: str
    config: FinetuneConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What there is to learn from, for the person to judge."""

    tracks: int
    boxes: int
    edits: int
    judgeable: Judgeable

    def doubt(self) -> str:
        """Return what a person should know before starting, nothing where all is well."""
        if not self.edits:
            return say(
                "Nothing is corrected yet: the model would only learn what it thinks already."
            )
        if self.judgeable.is_enough:
            return ""
        return say(
            "Too little is corrected to tell a better network from a lucky one: {boxes} can be "
            "held out, and it takes {needed}. Only the tracker's settings will be fitted. About "
            "{missing} more corrected boxes are enough."
        ).format(
            boxes=counted(self.judgeable.boxes, "1 box", "{count} boxes"),
            needed=self.judgeable.needed,
            missing=self.judgeable.still_missing,
        )

    def text(self) -> str:
        """Return it as a sentence."""
        return say(
            "{tracks} with {boxes}, {edits}. Frames around corrections are learnt from first; "
            "drawn scenes are mixed in, so that the model does not forget."
        ).format(
            tracks=counted(self.tracks, "1 track", "{count} tracks"),
            boxes=counted(self.boxes, "1 box", "{count} boxes"),
            edits=counted(self.edits, "1 correction", "{count} corrections"),
        )


class FinetuneDialog(FittingDialog):
    """How to finetune; `plan` holds the answer after it was accepted."""

    def __init__(
        self,
        parent: QWidget,
        *,
        material: Material,
        bases: Sequence[ModelChoice],
        name: str,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("finetune_dialog")
        self.setWindowTitle(self.tr("Finetune from corrections"))
        self.setMinimumWidth(460)
        self._bases = tuple(bases)
        title = QLabel(self.tr("Teach the model from the corrected tracks"))
        title.setProperty("kind", "title")
        told = QLabel(material.text())
        told.setProperty("kind", "quiet")
        told.setWordWrap(True)
        self._base = QComboBox()
        self._base.addItems([base.name for base in self._bases])
        self._name = QLineEdit(name)
        self._length = QComboBox()
        self._length.addItems([say(text) for text, _ in _LENGTHS] + [self.tr("Other…")])
        self._length.setCurrentIndex(1)
        self._steps = QSpinBox()
        self._steps.setRange(AS_IT_IS_WORTH, 100_000)
        self._steps.setSpecialValueText(self.tr("As many as the clip is worth"))
        self._steps.setValue(FinetuneConfig().steps)
        self._steps.setSuffix(self.tr(" steps"))
        self._where = QComboBox()
        self._where.setObjectName("where_to_use")
        self._where.addItems(
            [
                self.tr("In this scene; in others the model stays as it was"),
                self.tr("In every scene"),
            ]
        )
        self._where.setToolTip(
            self.tr(
                "The model knows a scene again by its edges, at another hour too. Choose every "
                "scene for what it did not know, such as animals: it may forget what it knew."
            )
        )
        self._length.currentIndexChanged.connect(self._on_length_chosen)
        self._base.setToolTip(self.tr("The model to start from; it stays as it is"))
        self._name.setToolTip(self.tr("The new model's name in this project"))
        self._length.setToolTip(self.tr("How many optimiser steps; a few seconds each on a CPU"))
        self._steps.setToolTip(self.tr("Optimiser steps"))
        self._steps.setAccessibleName(self.tr("Optimiser steps"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(title)
        layout.addWidget(told)
        if doubt := material.doubt():
            layout.addWidget(_warning(doubt))
        layout.addLayout(self._form())
        layout.addWidget(self._buttons())
        self._on_length_chosen(1)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Start from"), self._base)
        form.addRow(self.tr("Name it"), self._name)
        length = QHBoxLayout()
        length.addWidget(self._length, 1)
        length.addWidget(self._steps)
        form.addRow(self.tr("Length"), length)
        form.addRow(self.tr("Use it"), self._where)
        return form

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        start = buttons.addButton(self.tr("Start training"), QDialogButtonBox.ButtonRole.AcceptRole)
        start.setDefault(True)
        start.setObjectName("start_training")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _on_length_chosen(self, index: int) -> None:
        chosen = index < len(_LENGTHS)
        self._steps.setVisible(not chosen)
        if chosen:
            self._steps.setValue(_LENGTHS[index][1])

    def choose_base(self, path: object) -> None:
        """Show the model with this path as the one to start from."""
        for row, base in enumerate(self._bases):
            if base.path == path:
                self._base.setCurrentIndex(row)

    def plan(self) -> FinetunePlan:
        """Return what was chosen."""
        base = self._bases[max(0, self._base.currentIndex())]
        return FinetunePlan(
            base=base,
            name=self._name.text().strip() or self.tr("{model}, finetuned").format(model=base.name),
            config=FinetuneConfig(
                steps=self._steps.value(), everywhere=self._where.currentIndex() == EVERY_SCENE
            ),
        )


def _warning(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("finetune_doubt")
    label.setProperty("kind", "doubt")
    label.setWordWrap(True)
    return label
