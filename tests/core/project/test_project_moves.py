"""Stretches handed from track to track, mixed with other changes in one edit: all is in the log."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from trackmend_core.errors import UserError
from trackmend_core.project import Project, edits
from trackmend_core.project.edits import SwapTracks
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.recorder import _in_order
from trackmend_core.project.transaction import PARKING_TRACK, Transaction
from trackmend_core.types import RunId, TrackId

TRACKS = [TrackId(number) for number in (1, 2, 3, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    """An edit that does many things to the same boxes, by stretches and past the helpers."""

    run_id: RunId
    seed: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        return "Shuffle"

    def run_of(self, transaction: Transaction) -> RunId:
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        dice = random.Random(self.seed)
        run = transaction.connection.exec_driver_sql
        for _ in range(12):
            a, b = dice.sample(TRACKS, 2)
            first = dice.randrange(30)
            last = first + dice.randrange(10)
            match dice.randrange(6):
                case 0 | 1:
                    swap(transaction, a, b, first, last)
                case 2:
                    run(
                        "UPDATE boxes SET x1 = x1 / 3 WHERE track_id = ? AND frame_index = ?",
                        (a, first),
                    )
                case 3:
                    run("DELETE FROM boxes WHERE track_id = ? AND frame_index = ?", (a, first))
                case 4:
                    transaction.delete_boxes(b, first_frame=first, last_frame=first)
                    transaction.add_box(
                        transaction.track(b), frame_index=first, box_xyxy=(1.0, 2.0, 3.0, 4.0)
                    )
                case _:
                    run(
                        "INSERT OR REPLACE INTO boxes SELECT id, run_id, track_id, frame_index,"
                        " 5, 6, 7, 8, score, 'person', class_id, detection_id, is_occluded"
                        " FROM boxes WHERE frame_index = ?",
                        (first,),
                    )


def swap(transaction: Transaction, a: TrackId, b: TrackId, first: int, last: int) -> None:
    for source, target in ((a, PARKING_TRACK), (b, a), (PARKING_TRACK, b)):
        transaction.move_boxes(source, to_track_id=target, first_frame=first, last_frame=last)


@pytest.fixture
def shuffling(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(edits.EDIT_KINDS, "shuffle", Shuffle)
    monkeypatch.setitem(edits._KIND_OF, Shuffle, "shuffle")
    yield


@pytest.mark.usefixtures("shuffling")
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_mixed_in_one_edit_comes_back_and_is_replayed(
    project: Project, run_id: RunId, seed: int
) -> None:
    states = [project.digest()]
    for again in range(3):
        project.edit(Shuffle(run_id=run_id, seed=100 * seed + again))
        states.append(project.digest())
        assert project.replay_digest() == states[-1]
    for state in reversed(states[:-1]):
        project.undo()
        assert project.digest() == state
    for state in states[1:]:
        project.redo()
        assert project.digest() == state
    assert project.replay_digest() == states[-1]


class SwapThenRefuse(SwapTracks):
    """An edit that finds only at its end that it cannot be done."""

    def apply(self, transaction: Transaction) -> None:
        SwapTracks.apply(self, transaction)
        raise UserError("No.", "Do something else.")


def test_a_refused_edit_leaves_nothing_kept_for_the_next(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(edits.EDIT_KINDS, "refuse", SwapThenRefuse)
    monkeypatch.setitem(edits._KIND_OF, SwapThenRefuse, "refuse")
    before = project.digest()
    with pytest.raises(UserError, match="No"):
        project.edit(SwapThenRefuse(track_a=TRACKS[0], track_b=TRACKS[1], first_frame=0))
    assert project.digest() == before
    changes = project.edit(SwapTracks(track_a=TRACKS[2], track_b=TRACKS[3], first_frame=5))
    assert changes.tracks == {3, 4}
    project.undo()
    assert project.digest() == before


@pytest.mark.parametrize(
    "ways",
    [
        [(1, 2)],
        [(1, 2), (2, 1)],
        [(1, 2), (2, 3), (3, 1)],
        [(1, 2), (1, 3), (2, 1), (3, 4), (4, 1)],
        [(1, 2), (2, 1), (3, 4), (4, 3)],
        [(5, 1), (1, 5), (1, 6), (6, 7)],
    ],
)
def test_boxes_never_land_where_others_have_yet_to_leave(ways: list[tuple[int, int]]) -> None:
    """One box of each way in one frame; a track may hold those of ways that lead into it."""
    at = {way: way[0] for way in ways}
    for way, lands_in in _in_order(ways):
        at[way] = lands_in
        leaving = {origin for other, origin in at.items() if origin == other[0] and other != way}
        assert lands_in < 0 or lands_in not in leaving
    assert at == {way: way[1] for way in ways}
