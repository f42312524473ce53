"""The list from which one chooses where in the dense map embeddings are read."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from trackmend_app.wording import noted, say
from trackmend_core.similarity import SamplerName

_TITLES: tuple[tuple[SamplerName | None, str, str], ...] = (
    (
        None,
        noted("As tracked"),
        noted("As the model learnt it; the box keeps its stored embedding"),
    ),
    (SamplerName.CENTRE, noted("Centre"), noted("The cell that holds the centre of the box")),
    (
        SamplerName.BILINEAR,
        noted("Centre, bilinear"),
        noted("Between the four cells around the centre"),
    ),
    (SamplerName.ROI_ALIGN, noted("ROI-Align"), noted("The mean over the whole box")),
    (
        SamplerName.POSITIVE_ANCHOR,
        noted("Positive anchors"),
        noted("The cells that JDE would learn from"),
    ),
    (
        SamplerName.TWO_STAGE,
        noted("Two stages"),
        noted("A head of its own on the box; the model must have one"),
    ),
)
_LEAST_LETTERS = 5
_AROUND_PX = 34
"""Beside the text of a box in a head: the arrow and the space around both."""


class SamplerBox(QComboBox):
    """Lists the samplers.

    Signals: chosen(SamplerName or None): a person chose another one.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for row, (name, title, tip) in enumerate(_TITLES):
            self.addItem(say(title), name)
            self.setItemData(row, say(tip), Qt.ItemDataRole.ToolTipRole)
        self.setAccessibleName(self.tr("Where embeddings are read"))
        self.setToolTip(self.tr("Where in the dense map embeddings are read"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.activated.connect(self._on_activated)

    @property
    def sampler(self) -> SamplerName | None:
        """Return the one on show; None as the model learnt it."""
        return _TITLES[self.currentIndex()][0]

    def show_sampler(self, sampler: SamplerName | None) -> None:
        """Show a choice without telling anybody."""
        with QSignalBlocker(self):
            self.setCurrentIndex([name for name, _, _ in _TITLES].index(sampler))

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.chosen.emit(_TITLES[row][0])


class HeadSamplerBox(SamplerBox):
    """The same beside a title: without a frame, and as wide as what is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "head")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_sampler(self, sampler: SamplerName | None) -> None:
        """Show a choice without telling anybody."""
        super().show_sampler(sampler)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for room for the chosen one alone."""
        return QSize(self._width_of(self.currentText()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Ask for a few letters of it: a narrow panel stays as narrow as it was."""
        few = self._width_of("x" * _LEAST_LETTERS)
        return QSize(min(few, self.sizeHint().width()), super().minimumSizeHint().height())

    def _width_of(self, text: str) -> int:
        self.ensurePolished()  # the theme chooses the font
        return self.fontMetrics().horizontalAdvance(text) + _AROUND_PX
