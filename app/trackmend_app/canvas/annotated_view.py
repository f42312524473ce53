"""The notes on the canvas: what is expected, which edit is proposed, what an empty canvas says."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from trackmend_app.canvas.canvas_painter import CanvasContent
from trackmend_app.canvas.chips import ChipPart
from trackmend_app.canvas.zoomable_view import ZoomableView
from trackmend_app.ghosts import Ghost
from trackmend_app.wording.shown_keys import with_keys


class AnnotatedView(ZoomableView):
    """A zoomable picture with words and previews on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = CanvasContent(
            empty_title=self.tr("Open a video to begin"),
            empty_hint=with_keys(
                self.tr(
                    "Drop a video or a folder of images here, "
                    "or choose File ▸ Open video (‹open_video›)."
                )
            ),
            drop_text=self.tr("Drop to open"),
        )

    def set_notice(self, text: str) -> None:
        """Show a short note at the top left of the view; "" takes it away."""
        self._content.notice = text
        self.update()

    def set_proposal(self, parts: Sequence[ChipPart]) -> None:
        """Say at the top left, while nothing else is said there, which edit is proposed."""
        self._content.proposal = tuple(parts)
        self.update()

    def set_ghosts(self, ghosts: Sequence[Ghost]) -> None:
        """Show boxes of this frame as they would be after an edit."""
        if ghosts or self._content.ghosts:
            self._content.ghosts = tuple(ghosts)
            self.update()

    @property
    def ghosts(self) -> Sequence[Ghost]:
        """Return the boxes that are shown as they would be."""
        return self._content.ghosts

    @property
    def proposal_text(self) -> str:
        """Return which edit is said to be proposed; empty if none is."""
        return "".join(part.text for part in self._content.proposal)

    def set_empty_text(self, title: str, hint: str) -> None:
        """Say what to do while there is no video."""
        self._content.empty_title = title
        self._content.empty_hint = hint
        self.update()

    def set_drop_highlight(self, on: bool) -> None:
        """Show that a dragged file may be dropped."""
        self._content.drop_highlight = on
        self.update()
