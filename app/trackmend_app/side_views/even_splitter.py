"""Views of one size until a person drags the line between two, side by side or in two rows."""

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from trackmend_app.side_views.arrangement import Room, columns_in, rows_for


class EvenSplitter(QSplitter):
    """Shares its room evenly: Qt keeps proportions, also those that a lack of room has made."""

    def __init__(
        self, orientation: Qt.Orientation = Qt.Orientation.Horizontal, parent: QWidget | None = None
    ) -> None:
        super().__init__(orientation, parent)
        self._is_even = True
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._on_moved)

    def share_evenly(self) -> None:
        """Make all parts equally large, now and until one is made larger by hand."""
        self._is_even = True
        is_row = self.orientation() is Qt.Orientation.Horizontal
        room = self.width() if is_row else self.height()
        self.setSizes([room // max(1, self.count())] * self.count())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share anew."""
        super().resizeEvent(event)
        if self._is_even:
            self.share_evenly()

    @Slot()
    def _on_moved(self) -> None:
        self._is_even = False


class ViewGrid(EvenSplitter):
    """All views, the main one first; a second row comes where it makes pictures larger.

    The main view never changes its row, so that it keeps the keyboard.
    """

    def __init__(self, main: QWidget, *, least_width: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._views = [main]
        self._least_width = least_width
        self._head_height = 0
        self._aspect = 4 / 3
        self._rows = (EvenSplitter(), EvenSplitter())
        for row in self._rows:
            self.addWidget(row)
        self._rows[0].addWidget(main)
        self._rows[1].hide()

    @property
    def rows(self) -> list[list[QWidget]]:
        """Return the views of each row that is in use."""
        found = [[view for view in self._views if row.indexOf(view) >= 0] for row in self._rows]
        return [row for row in found if row]

    def set_picture(self, *, aspect: float, head_height: int) -> None:
        """Say how wide pictures are for their height, and how high the line above them is."""
        self._aspect, self._head_height = aspect, head_height
        self._arrange()

    def add_view(self, view: QWidget) -> None:
        """Put a view behind the others; all become equally large."""
        self._views.append(view)
        self._arrange(anew=True)

    def remove_view(self, view: QWidget) -> None:
        """Take a view away; the others become equally large."""
        self._views.remove(view)
        view.setParent(None)
        self._arrange(anew=True)

    def minimumSizeHint(self) -> QSize:
        """Ask for the width of two rows, also while there is one: a window must not grow for it."""
        columns = columns_in(len(self._views), 2 if len(self._views) > 1 else 1)
        between = (columns - 1) * self.handleWidth()
        return QSize(columns * self._least_width + between, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share anew, in as many rows as suit the new room."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._arrange)

    def _arrange(self, *, anew: bool = False) -> None:
        room = Room(
            width=self.width(),
            height=self.height(),
            head_height=self._head_height,
            least_width=self._least_width,
            aspect=self._aspect,
        )
        rows = rows_for(len(self._views), room)
        first = columns_in(len(self._views), rows)
        wanted = [self._views[:first], self._views[first:]]
        if [row for row in wanted if row] == self.rows and not anew:
            return
        for row, views in zip(self._rows, wanted, strict=True):
            for at, view in enumerate(views):
                if row.widget(at) is not view:
                    row.insertWidget(at, view)
        for row, views in zip(self._rows, wanted, strict=True):
            row.setVisible(bool(views))
            row.share_evenly()
        self.share_evenly()
        self.updateGeometry()
