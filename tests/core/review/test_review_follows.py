"""After any edits in a crowd the queue is what a full look would find, to the last digit."""

import random
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from itertools import product

import numpy as np
import pytest
from drawn_crowd import Crowd, write_crowd

from trackmend_core.errors import UserError
from trackmend_core.project import Changes, Project
from trackmend_core.project.edits import (
    DeleteStretch,
    DeleteTrack,
    Edit,
    MergeTracks,
    PlaceBoxes,
    ReassignBoxes,
    ReassignPieces,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import ReviewIndex, motions, queue_order
from trackmend_core.review.alternatives import Alternative
from trackmend_core.review.contacts import TOUCH, common_share
from trackmend_core.review.duplicates import DOUBLED, paired_iou
from trackmend_core.review.finding import Finding
from trackmend_core.review.findings import Findings
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import SuspicionKind
from trackmend_core.review.probability import probability
from trackmend_core.types import BoxId, RunId, TrackId

EDITS = 6
"""So many one after the other, with undone ones among them."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, RunId]]:
    path = tmp_path_factory.mktemp("crowd") / "crowd.trackmend"
    run_id = write_crowd(path, Crowd(frames=160, people=26, stay=100, seed=3))
    with Project.open(path, is_scratch=True) as project:
        yield project, run_id


@pytest.fixture
def crowd(recorded: tuple[Project, RunId]) -> Iterator[tuple[Project, RunId]]:
    """The same project for every test; its edits are taken back at the end."""
    project, _ = recorded
    before = project.digest()
    yield recorded
    while project.undo_title is not None:
        project.undo()
    assert project.digest() == before


class Person:
    """Somebody who edits whatever comes first: the longest tracks, which meet most, among it."""

    def __init__(self, project: Project, index: ReviewIndex, seed: int) -> None:
        self._project = project
        self._index = index
        self._chance = random.Random(seed)

    def moves_boxes(self) -> Changes | None:
        """Swap, split, merge, reassign or undo: no box comes or goes."""
        return self._one_of(self._swap, self._split, self._merge, self._reassign, self._undo)

    def does_anything(self) -> Changes | None:
        """Do that, delete something, move a box, or accept a proposal, which often adds boxes."""
        return self._one_of(
            self._swap, self._merge, self._delete, self._accept, self._cover, self._undo
        )

    def _one_of(self, *ways: Callable[[], "Edit | Changes | None"]) -> Changes | None:
        done = self._chance.choice(ways)()
        if done is None or isinstance(done, Changes):
            return done
        try:
            return self._project.edit(done)
        except UserError:  # such as a merge of tracks that overlap after an earlier edit
            return None

    def _track(self) -> TrackId:
        tracks = self._index.scene.tracks
        in_order = sorted(tracks, key=lambda one: (-len(tracks[one]), one))
        return self._chance.choice(in_order[: self._chance.choice((6, len(in_order)))])

    def _pair(self) -> tuple[TrackId, TrackId, int, int] | None:
        """Return two tracks and the frames in which both could change places."""
        one, other = self._track(), self._track()
        a, b = self._index.scene.tracks[one], self._index.scene.tracks[other]
        first, last = max(a.first_frame, b.first_frame) + 1, min(a.last_frame, b.last_frame)
        return (one, other, first, last) if one != other and first <= last else None

    def _swap(self) -> Edit | None:
        pair = self._pair()
        if pair is None:
            return None
        one, other, first, last = pair
        frame = self._chance.randint(first, last)
        until = self._chance.choice((None, self._chance.randint(frame, last)))
        return SwapTracks(track_a=one, track_b=other, first_frame=frame, last_frame=until)

    def _split(self) -> Edit | None:
        track = self._index.scene.tracks[self._track()]
        if len(track) < 2:
            return None
        frame = int(track.frames[self._chance.randrange(1, len(track))])
        return SplitTrack(track_id=track.track_id, at_frame=frame)

    def _merge(self) -> Edit | None:
        keep, tracks = self._track(), self._index.scene.tracks
        later = [one for one in tracks if tracks[one].first_frame > tracks[keep].last_frame]
        if not later:
            return None
        return MergeTracks(keep=keep, absorb=self._chance.choice(sorted(later)))

    def _reassign(self) -> Edit | None:
        pair = self._pair()
        if pair is None:
            return None
        one, other, first, last = pair
        frame = self._chance.randint(first, last)
        until = min(last, frame + 12)
        if self._chance.random() < 0.5:
            return ReassignBoxes(
                track_id=one, to_track_id=other, first_frame=frame, last_frame=until
            )
        pieces = ((one, frame, until, int(other)), (other, frame, until, int(one)))
        return ReassignPieces(pieces=pieces)

    def _delete(self) -> Edit:
        track = self._index.scene.tracks[self._track()]
        if self._chance.random() < 0.3:
            return DeleteTrack(track_id=track.track_id)
        first = int(track.frames[self._chance.randrange(len(track))])
        return DeleteStretch(track_id=track.track_id, first_frame=first, last_frame=first + 10)

    def _accept(self) -> Edit | None:
        queue = self._index.suspicions()
        return self._chance.choice(queue).proposal.edit if queue else None

    def _cover(self) -> Edit | None:
        """Put somebody's box where a track beside lacks one."""
        edits = [one.proposal.edit for one in self._index.suspicions()]
        gaps = [one for one in edits if isinstance(one, PlaceBoxes)]
        if not gaps:
            return None
        gap = self._chance.choice(gaps)
        place = self._chance.randrange(len(gap.frames))
        boxes = [
            (float(np.abs(track.boxes_xyxy[row] - gap.boxes_xyxy[place]).sum()), track.box_ids[row])
            for track in self._index.scene.tracks.values()
            for row in np.flatnonzero(track.frames == gap.frames[place])
        ]
        if not boxes:
            return None
        return SetBox(box_id=BoxId(int(min(boxes)[1])), box_xyxy=gap.boxes_xyxy[place])

    def _undo(self) -> Changes | None:
        return self._project.undo() if self._project.undo_title is not None else None


def plain(finding: Finding) -> tuple[object, ...]:
    """Return everything that a finding says."""

    def option(one: Alternative) -> tuple[object, ...]:
        links = {name: (link.score, link.values.tolist()) for name, link in one.links.items()}
        return (
            one.action,
            one.score,
            one.frame,
            one.edit,
            one.partner,
            one.gain_boxes,
            one.until,
            sorted(links.items()),
        )

    return (
        finding.kind.value,
        finding.tracks,
        finding.frame,
        finding.first_frame,
        finding.last_frame,
        sorted(finding.evidence.items()),
        [option(one) for one in finding.alternatives],
    )


def everything(findings: Findings) -> list[tuple[object, ...]]:
    return sorted((plain(one) for one in findings), key=repr)


@pytest.mark.parametrize("seed", range(4))
def test_after_boxes_moved_from_track_to_track_the_queue_is_that_of_a_fresh_index(
    crowd: tuple[Project, RunId], seed: int
) -> None:
    project, run_id = crowd
    index = ReviewIndex.open(project, run_id)
    person, done = Person(project, index, seed), 0
    while done < EDITS:
        changes = person.moves_boxes()
        if changes is None:
            continue
        done += 1
        index.update(changes)
        fresh = ReviewIndex(project, run_id, scale=index.judge.scale)
        ours, theirs = (
            [astuple(one) for one in every.suspicions(least_probability=0.0)]
            for every in (index, fresh)
        )
        assert ours == theirs, f"edit {done}: {changes.title}"
        assert everything(index._findings) == everything(fresh._findings)


@pytest.mark.parametrize("seed", range(7))
def test_after_any_edits_every_finding_is_that_of_a_full_look_at_the_same_boxes(
    crowd: tuple[Project, RunId], seed: int
) -> None:
    # How much of a box is hidden stays known when another box comes or goes, so that an edit does
    # not touch everybody around: the full look is one at the scene as the index knows it.
    project, run_id = crowd
    index = ReviewIndex.open(project, run_id)
    person, done = Person(project, index, 100 + seed), 0
    while done < EDITS:
        changes = person.does_anything()
        if changes is None:
            continue
        done += 1
        index.update(changes)
        full = Findings(Judge(index.scene, index.judge.fitted, scale=index.judge.scale))
        assert everything(index._findings) == everything(full), f"edit {done}: {changes.title}"
    fresh = ReviewIndex.open(project, run_id).scene
    assert index.scene.tracks.keys() == fresh.tracks.keys()
    for track_id, track in index.scene.tracks.items():
        for field in fields(track):
            if field.name != "coverage":
                ours, theirs = (getattr(one, field.name) for one in (track, fresh.tracks[track_id]))
                assert np.array_equal(ours, theirs), field.name


def test_motions_do_not_depend_on_how_many_are_worked_out_together(
    crowd: tuple[Project, RunId], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = ReviewIndex.open(*crowd).scene
    track = max(scene.tracks.values(), key=len)
    for direction in (-1, 1):
        usual = motions.Motions(scene, track, direction=direction)
        with monkeypatch.context() as patch:
            patch.setattr(motions, "_LONG", 0)
            long = motions.Motions(scene, track, direction=direction)
        assert [long.at(row) for row in range(len(track))] == [
            usual.at(row) for row in range(len(track))
        ]


def test_a_gap_that_two_others_leave_as_it_was_keeps_its_finding(
    crowd: tuple[Project, RunId],
) -> None:
    # To word a finding anew takes longer than to see that the same detections are left for it.
    project, run_id = crowd
    index = ReviewIndex.open(project, run_id)
    one, other = sorted(index.scene.tracks, key=lambda track: -len(index.scene.tracks[track]))[:2]
    a, b = index.scene.tracks[one], index.scene.tracks[other]
    frame = (max(a.first_frame, b.first_frame) + min(a.last_frame, b.last_frame)) // 2

    def gaps() -> dict[str, Finding]:
        missed = (found for found in index._findings if found.kind is SuspicionKind.MISSED)
        return {
            repr(plain(found)): found for found in missed if found.tracks[0] not in (one, other)
        }

    before = gaps()
    index.update(project.edit(SwapTracks(track_a=one, track_b=other, first_frame=frame)))
    after = gaps()
    assert len(before.keys() & after.keys()) > 10
    assert all(after[said] is before[said] for said in before.keys() & after.keys())


def test_events_are_told_apart_as_if_all_of_a_track_were_compared(
    crowd: tuple[Project, RunId], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ReviewIndex.open(*crowd)
    rate = index.scene.frame_rate
    judged = [
        queue_order.Judged(finding=one, probability=probability(one, index.judge.fitted))
        for one in index._findings
    ]
    near = queue_order.one_per_event(judged, frame_rate=rate)
    monkeypatch.setattr(queue_order, "_span", lambda _: (0, index.scene.frame_count))
    anywhere = queue_order.one_per_event(judged, frame_rate=rate)
    assert len(near) < len(judged)

    def told(events: list[queue_order.Judged]) -> list[tuple[Finding, Finding | None]]:
        return [(one.finding, one.rival and one.rival.finding) for one in events]

    assert told(near) == told(anywhere)


def test_common_frames_are_those_of_both_tracks(crowd: tuple[Project, RunId]) -> None:
    tracks = list(ReviewIndex.open(*crowd).scene.tracks.values())
    apart = 0
    for a, b in product(tracks, tracks):
        frames, rows, there = a.common_frames(b)
        assert frames.tolist() == sorted({*a.frames.tolist()} & {*b.frames.tolist()})
        assert np.array_equal(a.frames[rows], frames)
        assert np.array_equal(b.frames[there], frames)
        apart += not len(frames)
    assert 0 < apart < len(tracks) ** 2


def test_tracks_on_one_object_touch() -> None:
    # So whoever does not touch is not asked about.
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, 60, (20_000, 2, 2))
    sizes = rng.uniform(0, 60, (20_000, 2, 2))
    boxes = np.concatenate([corners, corners + sizes], axis=2)
    boxes[:4000, 1] = boxes[:4000, 0] + rng.normal(0, 3, (4000, 4))
    overlap = paired_iou(boxes[:, 0], boxes[:, 1])
    assert (overlap >= DOUBLED).sum() > 1000
    assert (common_share(boxes[:, 0], boxes[:, 1])[overlap >= DOUBLED] >= TOUCH).all()
