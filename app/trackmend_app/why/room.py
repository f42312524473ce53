"""Everything by which the window shows why, assembled: similarity, association, likeness."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from trackmend_app.held_key import HeldKey
from trackmend_app.panels import Panels
from trackmend_app.similarity.panel import SimilarityPanel
from trackmend_app.similarity.presenter import SimilarityPresenter
from trackmend_app.similarity.probe_presenter import ProbePresenter
from trackmend_app.why.alike_panel import AlikePanel
from trackmend_app.why.alike_presenter import AlikePresenter
from trackmend_app.why.why_panel import WhyPanel
from trackmend_app.why.why_presenter import WhyPresenter
from trackmend_app.wording import say
from trackmend_core.review.scatter import has_umap

if TYPE_CHECKING:
    from trackmend_app.main_window import MainWindow


class WhyRoom(QObject):
    """The panels that explain, and what keeps them in step; made with the window.

    Attributes:
        similarity_panel: where else it looks like this.
        probe: lets the pointer on the video say what is looked for.
        why_panel: what the tracker compared.
        alike_panel: how alike tracks look.
    """

    association: WhyPresenter
    alike: AlikePresenter

    similarity: SimilarityPresenter
    probe: ProbePresenter

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.similarity_panel = SimilarityPanel()
        self.why_panel = WhyPanel()
        self.alike_panel = AlikePanel(with_umap=has_umap())
        self._held = HeldKey(window.app, self)

    def add_to(self, panels: Panels) -> None:
        """Give every panel its dock."""
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        right = Qt.DockWidgetArea.RightDockWidgetArea
        panels.add("similarity", say("Similarity"), self.similarity_panel, bottom)
        # One word each: five tabs share the width of the queue, and each has its heading inside.
        panels.add("why", say("Why?"), self.why_panel, right)
        panels.add("alike", say("Alike"), self.alike_panel, right)

    def present(self, window: "MainWindow") -> None:
        """Make the presenters, once the window has its own views and presenters."""
        bench = window.workbench
        self.similarity = SimilarityPresenter(
            self.similarity_panel, workbench=bench, canvas=window.canvas_presenter, parent=self
        )
        self.probe = ProbePresenter(
            window.canvas,
            control=bench.similarity,
            frames=window.canvas_presenter,
            actions=window.action_set,
            parent=self,
        )
        self.association = WhyPresenter(
            self.why_panel, workbench=bench, panels=window.panels, parent=self
        )
        self.alike = AlikePresenter(
            self.alike_panel, workbench=bench, panels=window.panels, parent=self
        )
        window.panels["alike"].visibilityChanged.connect(self.alike.set_shown)
        window.panels["why"].visibilityChanged.connect(self.association.set_shown)
        self.probe.said.connect(window.status_line.notice)
        self._held.held.connect(lambda: self.probe.set_held(True))
        self._held.released.connect(lambda: self.probe.set_held(False))
        window.panels["similarity"].visibilityChanged.connect(bench.similarity.set_panel_shown)

    def hold_similarity(self) -> None:
        """Show the similarity map until the key is let go."""
        self._held.press()

    def leave(self) -> bool:
        """Let go of a place or of the mode; tell whether there was any."""
        return self.probe.leave()

    def stop(self) -> None:
        """End all reading and wait for it: the window closes."""
        self.similarity.finder.stop()
        self.association.loader.stop()
        self.alike.stop()
