"""The list from which one chooses where in the dense map embeddings are read."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from trackmend_core.similarity import SamplerName

_TITLES: tuple[tuple[SamplerName | None, str, str], ...] = (
    (None, "As tracked", "As the model learnt it; the box keeps its stored embedding"),
    (SamplerName.CENTRE, "Centre", "The cell that holds the centre of the box"),
    (SamplerName.BILINEAR, "Centre, bilinear", "Between the four cells around the centre"),
    (SamplerName.ROI_ALIGN, "ROI-Align", "The mean over the whole box"),
    (SamplerName.POSITIVE_ANCHOR, "Positive anchors", "The cells that JDE would learn from"),
    (SamplerName.TWO_STAGE, "Two stages", "A head of its own on the box; the model must have one"),
)


class SamplerBox(QComboBox):
    """Lists the samplers.

    Signals: chosen(SamplerName or None): a person chose another one.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for row, (name, title, tip) in enumerate(_TITLES):
            self.addItem(self.tr(title), name)
            self.setItemData(row, self.tr(tip), Qt.ItemDataRole.ToolTipRole)
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
