"""What an edit may do to tracks and boxes; every change runs under the recorder's triggers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.layer import box_record
from trackmend_core.project.moved_boxes import keep_tracks_of, kept_before
from trackmend_core.project.numbers import free_number
from trackmend_core.project.records import BoxRecord, BoxXyxy, frame_number
from trackmend_core.project.schema import boxes, runs, tracks, videos
from trackmend_core.project.strands import move_stretch
from trackmend_core.types import BoxId, BoxSource, RunId, TrackId

PARKING_TRACK = TrackId(-1)
"""No track has this id: boxes wait here while two tracks trade places."""


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A computed box of one frame, and the detection that it follows, if any."""

    frame_index: int
    box_xyxy: BoxXyxy
    score: float
    detection_id: int | None


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One row of `tracks`."""

    track_id: TrackId
    run_id: RunId
    number: int
    label: str


class Allotments:
    """Ids handed out to new rows: fresh when an edit is made, the same when it is replayed."""

    def __init__(self, earlier: list[int] | None = None) -> None:
        self.handed_out: list[int] = []
        self._earlier: Iterator[int] | None = None if earlier is None else iter(earlier)

    def next(self, fresh: int) -> int:
        """Return the id to use where a new edit would take `fresh`."""
        value = fresh if self._earlier is None else next(self._earlier)
        self.handed_out.append(value)
        return value


class Transaction:
    """The open change of one edit: look-ups that fail in the user's words, and writes.

    Attributes:
        connection: for reads of any kind; a write through it is recorded all the same.
    """

    def __init__(self, connection: Connection, allotments: Allotments) -> None:
        self.connection = connection
        self._allotments = allotments

    def track(self, track_id: TrackId) -> TrackRow:
        """Return a track.

        Raises:
            UserError: it is not there any more.
        """
        row = self.connection.execute(select(tracks).where(tracks.c.id == track_id)).one_or_none()
        if row is None:
            raise UserError(
                "This track is not there any more.",
                "Undo the edit that removed it, or pick another.",
            )
        return TrackRow(TrackId(row.id), RunId(row.run_id), row.number, row.label)

    def tracks_of_one_run(self, first: TrackId, second: TrackId) -> tuple[TrackRow, TrackRow]:
        """Return two different tracks of the same run.

        Raises:
            UserError: they are the same, of different runs, or gone.
        """
        if first == second:
            raise UserError("Both are the same track.", "Pick two different tracks.")
        rows = self.track(first), self.track(second)
        if rows[0].run_id != rows[1].run_id:
            raise UserError("These tracks belong to different runs.", "Pick two of the same run.")
        return rows

    def box(self, box_id: BoxId) -> BoxRecord:
        """Return a box.

        Raises:
            UserError: it is not there any more.
        """
        return box_record(self.connection, box_id)

    def frame_size(self, run_id: RunId) -> tuple[int, int, int]:
        """Return width, height (pixels) and frame count of the video of a run.

        Raises:
            UserError: there is no such run.
        """
        query = (
            select(videos.c.width, videos.c.height, videos.c.frame_count)
            .join_from(runs, videos)
            .where(runs.c.id == run_id)
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise UserError("This run is not there any more.", "Pick another run.")
        return row.width, row.height, row.frame_count

    def check_frame(self, run_id: RunId, frame_index: int) -> None:
        """Refuse a frame outside the video.

        Raises:
            UserError: with the frames there are.
        """
        frame_count = self.frame_size(run_id)[2]
        if not 0 <= frame_index < frame_count:
            raise UserError(
                f"Frame {frame_number(frame_index)} is outside the video.",
                f"It has frames 1 to {frame_count}.",
            )

    def count_boxes(
        self, track_id: TrackId, *, first_frame: int, last_frame: int | None = None
    ) -> int:
        """Return how many boxes a track has in frames first..last (None: to its end)."""
        query = (
            select(func.count())
            .select_from(boxes)
            .where(_stretch(track_id, first_frame, last_frame))
        )
        return self.connection.execute(query).scalar_one()

    def shared_frames(
        self, first: TrackId, second: TrackId, *, first_frame: int, last_frame: int | None = None
    ) -> list[int]:
        """Return the frames in which both tracks have a box, in order."""
        other = boxes.alias()
        query = (
            select(boxes.c.frame_index)
            .join(other, other.c.frame_index == boxes.c.frame_index)
            .where(_stretch(first, first_frame, last_frame), other.c.track_id == second)
            .order_by(boxes.c.frame_index)
        )
        return list(self.connection.execute(query).scalars())

    def new_track(self, run_id: RunId, *, label: str = "") -> TrackRow:
        """Make a track with the next free number; it must get a box before the edit ends."""
        sequence = self.connection.exec_driver_sql(
            "SELECT seq FROM sqlite_sequence WHERE name = 'tracks'"
        ).scalar()
        track_id = TrackId(self._allotments.next((sequence or 0) + 1))
        number = self._allotments.next(free_number(self.connection, run_id))
        self.connection.execute(
            insert(tracks).values(id=track_id, run_id=run_id, number=number, label=label)
        )
        return TrackRow(track_id, run_id, number, label)

    def add_box(
        self, track: TrackRow, *, frame_index: int, box_xyxy: BoxXyxy, class_id: int = 0
    ) -> BoxId:
        """Add a box that a person drew."""
        box_id = self._new_box_id()
        self.connection.execute(
            insert(boxes).values(
                id=box_id,
                run_id=track.run_id,
                track_id=track.track_id,
                frame_index=frame_index,
                **_corners(box_xyxy),
                score=1.0,
                source=BoxSource.PERSON.value,
                class_id=class_id,
                detection_id=None,
            )
        )
        return box_id

    def place_boxes(self, track: TrackRow, placed: Sequence[PlacedBox]) -> None:
        """Put computed boxes into a track; those that a person has placed stay as they are."""
        query = select(boxes.c.frame_index, boxes.c.id, boxes.c.source).where(
            _stretch(track.track_id, placed[0].frame_index, placed[-1].frame_index)
        )
        there = {row.frame_index: row for row in self.connection.execute(query)}
        class_id = self._class_of(track.track_id)
        for one in placed:
            row = there.get(one.frame_index)
            values = {
                **_corners(one.box_xyxy),
                "score": one.score,
                "source": BoxSource.INTERPOLATED.value,
                "detection_id": one.detection_id,
            }
            if row is None:
                self.connection.execute(
                    insert(boxes).values(
                        id=self._new_box_id(),
                        run_id=track.run_id,
                        track_id=track.track_id,
                        frame_index=one.frame_index,
                        class_id=class_id,
                        **values,
                    )
                )
            elif row.source != BoxSource.PERSON.value:
                self.connection.execute(update(boxes).where(boxes.c.id == row.id).values(**values))

    def _class_of(self, track_id: TrackId) -> int:
        """Return the class of a track, that of its first box; 0 if it has none yet."""
        query = select(boxes.c.class_id).where(boxes.c.track_id == track_id)
        found = self.connection.execute(query.order_by(boxes.c.frame_index).limit(1)).scalar()
        return 0 if found is None else int(found)

    def set_occluded(
        self, track_id: TrackId, *, first_frame: int, last_frame: int, is_occluded: bool
    ) -> int:
        """Mark the boxes of a stretch as occluded or not; return how many were not so before."""
        which = and_(
            _stretch(track_id, first_frame, last_frame), boxes.c.is_occluded != is_occluded
        )
        count = self._count(which)
        self.connection.execute(update(boxes).where(which).values(is_occluded=is_occluded))
        return count

    def _count(self, which: ColumnElement[bool]) -> int:
        """Return how many boxes; a view does not say how many rows of it were written."""
        query = select(func.count()).select_from(boxes).where(which)
        return self.connection.execute(query).scalar_one()

    def describe_track(
        self, track_id: TrackId, *, label: str | None, attributes: dict[str, str] | None
    ) -> None:
        """Set label and attributes; None leaves what is there."""
        values: dict[str, object] = {}
        if label is not None:
            values["label"] = label
        if attributes is not None:
            values["attributes"] = attributes
        if values:
            self.connection.execute(update(tracks).where(tracks.c.id == track_id).values(**values))

    def _new_box_id(self) -> BoxId:
        sequence = self.connection.exec_driver_sql(
            "SELECT seq FROM sqlite_sequence WHERE name = 'laid_boxes'"
        ).scalar()
        return BoxId(self._allotments.next((sequence or 0) + 1))

    def reshape_box(self, box_id: BoxId, box_xyxy: BoxXyxy) -> None:
        """Give a box new corners; from then on it is a person's."""
        self.connection.execute(
            update(boxes)
            .where(boxes.c.id == box_id)
            .values(**_corners(box_xyxy), score=1.0, source=BoxSource.PERSON.value)
        )

    def move_boxes(
        self,
        track_id: TrackId,
        *,
        to_track_id: TrackId,
        first_frame: int,
        last_frame: int | None = None,
    ) -> int:
        """Hand the boxes of a stretch to another track and return how many they are."""
        stretch = _stretch(track_id, first_frame, last_frame)
        # A box is parked, under an id below zero, by this edit alone, and was kept by then.
        is_parked = track_id <= PARKING_TRACK
        kept = kept_before(self.connection)
        with kept if is_parked else keep_tracks_of(self.connection, stretch):
            return move_stretch(
                self.connection,
                track_id,
                to_track_id=to_track_id,
                first_frame=first_frame,
                last_frame=last_frame,
            )

    def delete_boxes(
        self, track_id: TrackId, *, first_frame: int, last_frame: int | None = None
    ) -> int:
        """Delete the boxes of a stretch and return how many they were."""
        which = _stretch(track_id, first_frame, last_frame)
        count = self._count(which)
        self.connection.execute(delete(boxes).where(which))
        return count

    def delete_box(self, box_id: BoxId) -> None:
        """Delete one box."""
        self.connection.execute(delete(boxes).where(boxes.c.id == box_id))

    def drop_if_empty(self, track_id: TrackId) -> None:
        """Remove a track that has no box left: every track of a layer has one."""
        any_box = select(boxes.c.id).where(boxes.c.track_id == track_id).limit(1)
        if self.connection.execute(any_box).first() is None:
            self.connection.execute(delete(tracks).where(tracks.c.id == track_id))


def _stretch(track_id: TrackId, first_frame: int, last_frame: int | None) -> ColumnElement[bool]:
    mine = and_(boxes.c.track_id == track_id, boxes.c.frame_index >= first_frame)
    return mine if last_frame is None else and_(mine, boxes.c.frame_index <= last_frame)


def _corners(box_xyxy: BoxXyxy) -> dict[str, Any]:
    """Return the four columns; Any because they are merged with columns of other types."""
    return dict(zip(("x1", "y1", "x2", "y2"), box_xyxy, strict=True))
