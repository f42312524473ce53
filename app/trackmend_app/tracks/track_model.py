"""The tracks as a Qt table model that can be told of changes without losing anybody's place."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from trackmend_app.radius_text import boxes_text
from trackmend_app.tracks.presence import is_in_frame
from trackmend_app.wording import counted
from trackmend_core.project import TrackSummary
from trackmend_core.types import TrackId

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Column(IntEnum):
    """The columns of the table."""

    NUMBER = 0
    BOXES = 1
    FRAMES = 2
    SCORE = 3
    SUSPICION = 4


_COLUMN_COUNT = len(Column)
TRACK_ROLE = Qt.ItemDataRole.UserRole + 1
HERE_ROLE = Qt.ItemDataRole.UserRole + 2
SUSPICION_ROLE = Qt.ItemDataRole.UserRole + 3


class TrackModel(QAbstractTableModel):
    """Rows are tracks, in the order given; a proxy sorts and filters them.

    Signals: label_typed(track_id, label): a person wants to call a track so; it is not yet.
    """

    label_typed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tracks: list[TrackSummary] = []
        self._rows: dict[TrackId, int] = {}
        self._frame_index = 0
        self._suspicion: Mapping[TrackId, float] = {}
        self._sort_keys: dict[int, list[float]] = {}

    @property
    def tracks(self) -> Sequence[TrackSummary]:
        """The tracks in row order."""
        return self._tracks

    def row_of(self, track_id: TrackId) -> int | None:
        """Return the row of a track, None when it is not here."""
        return self._rows.get(track_id)

    def sort_keys(self, column: int) -> Sequence[float]:
        """Return what each row is sorted by; kept until something changes."""
        keys = self._sort_keys.get(column)
        if keys is None:
            keys = [self._sort_key(track, Column(column)) for track in self._tracks]
            self._sort_keys[column] = keys
        return keys

    def set_tracks(self, tracks: Sequence[TrackSummary]) -> bool:
        """Take over new tracks; return whether rows kept their place (selections stay good)."""
        new = list(tracks)
        ids = [track.track_id for track in new]
        kept = ids[: len(self._tracks)] == [track.track_id for track in self._tracks]
        if not kept:
            self.beginResetModel()
            self._tracks, self._sort_keys = new, {}
            self.endResetModel()
        else:
            old_count = len(self._tracks)
            changed = [row for row, old in enumerate(self._tracks) if old != new[row]]
            if len(new) > old_count:
                self.beginInsertRows(_NO_PARENT, old_count, len(new) - 1)
            self._tracks, self._sort_keys = new, {}
            if len(new) > old_count:
                self.endInsertRows()
            for row in changed:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        self._rows = {track_id: row for row, track_id in enumerate(ids)}
        return kept

    @property
    def labels(self) -> set[str]:
        """Return the labels that are in use."""
        return {track.label for track in self._tracks if track.label}

    def set_current_frame(self, frame_index: int) -> None:
        """Mark the tracks that are in this frame; the view only has to be painted anew."""
        self._frame_index = frame_index

    def set_suspicion(self, of_track: Mapping[TrackId, float]) -> None:
        """Take over how suspicious tracks are, 0..1; those not named are not."""
        self._suspicion, self._sort_keys = of_track, {}
        if self._tracks:
            column = Column.SUSPICION
            last = len(self._tracks) - 1
            self.dataChanged.emit(self.index(0, column), self.index(last, column))

    def suspicion_of(self, track: TrackSummary) -> float:
        """Return how suspicious a track is, 0..1."""
        return self._suspicion.get(track.track_id, 0.0)

    def is_here(self, track: TrackSummary) -> bool:
        """Return whether a track is in the current frame."""
        return is_in_frame(track, self._frame_index)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Return the number of tracks."""
        return 0 if parent.isValid() else len(self._tracks)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else _COLUMN_COUNT

    def index(self, row: int, column: int, parent: AnyIndex = _NO_PARENT) -> QModelIndex:
        """Return a cell; asked twice for each comparison of a sort, so it asks nobody else."""
        is_there = 0 <= row < len(self._tracks) and 0 <= column < _COLUMN_COUNT
        if not is_there or parent.isValid():
            return QModelIndex()
        return self.createIndex(row, column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return titles and their explanations."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        titles = (
            self.tr("id"),
            self.tr("boxes"),
            self.tr("frames"),
            self.tr("score"),
            self.tr("suspicion"),
        )
        tips = (
            self.tr("The track's number and label. A filled mark: it is in the current frame."),
            self.tr("How many boxes the track has"),
            self.tr("First and last frame"),
            self.tr("Mean confidence of its boxes"),
            self.tr("Probability of the likeliest error that the review queue sees in it"),
        )
        if role == Qt.ItemDataRole.DisplayRole:
            return titles[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tips[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows or says."""
        if not index.isValid() or not 0 <= index.row() < len(self._tracks):
            return None
        track = self._tracks[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(track, Column(index.column()))
        if role == Qt.ItemDataRole.EditRole:
            return track.label
        if role == TRACK_ROLE:
            return track
        if role == HERE_ROLE:
            return self.is_here(track)
        if role == SUSPICION_ROLE:
            return self.suspicion_of(track)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._description(track)
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Return what can be done with a cell: the first one takes a label."""
        flags = super().flags(index)
        if index.isValid() and index.column() == Column.NUMBER:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a typed label; it is shown once it is in the file."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        track, label = self._tracks[index.row()], str(value).strip()
        if label == track.label:
            return False
        self.label_typed.emit(int(track.track_id), label)
        return True

    def _text(self, track: TrackSummary, column: Column) -> str:
        if column is Column.NUMBER:
            return f"{track.number} {track.label}".rstrip()
        if column is Column.BOXES:
            return str(track.box_count)
        if column is Column.FRAMES:
            return f"{track.first_frame + 1}–{track.last_frame + 1}"
        if column is Column.SUSPICION:
            suspicion = self.suspicion_of(track)
            return f"{suspicion:.2f}" if suspicion else "–"
        return f"{track.mean_score:.2f}"

    def _sort_key(self, track: TrackSummary, column: Column) -> float:
        if column is Column.NUMBER:
            return float(track.number)
        if column is Column.BOXES:
            return float(track.box_count)
        if column is Column.FRAMES:
            return track.first_frame + track.last_frame / 1e9
        if column is Column.SUSPICION:
            return self.suspicion_of(track)
        return track.mean_score

    def _description(self, track: TrackSummary) -> str:
        gaps = len(track.spans) - 1
        suspicion = self.suspicion_of(track)
        parts = [
            self.tr("Track {number}").format(number=track.number),
            track.label,
            boxes_text(track.box_count),
            self.tr("frames {first} to {last}").format(
                first=track.first_frame + 1, last=track.last_frame + 1
            ),
            counted(gaps, "1 gap", "{count} gaps") if gaps > 0 else "",
            self.tr("suspicion {value:.2f}").format(value=suspicion) if suspicion else "",
            self.tr("in this frame") if self.is_here(track) else "",
        ]
        return " · ".join(filter(None, parts))
