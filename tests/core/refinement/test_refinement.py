"""Refinement of small exact scenes: links that must be made, and links that must not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.project import LayerArrays, Project, VideoInfo
from trackmend_core.project.edits import AddBox, MergeTracks, RefineTracks, SetBox
from trackmend_core.refinement import (
    ItemKind,
    RefinementProposal,
    RefinementSettings,
    propose_refinement,
    refinement_view,
)
from trackmend_core.types import FrameDetections, RunId, TrackedBox

DIM = 16
FRAMES = 120
SIZE = (30.0, 80.0)


@dataclass(frozen=True)
class Piece:
    """A stretch in which the tracker follows somebody under one id, from `x` at `speed`."""

    track: int
    person: int
    frames: range
    x: float
    y: float = 100.0
    speed: float = 3.0
    score: float = 0.9
    class_id: int = 0
    missing: range = range(0)
    expected: range = range(0)
    """Frames in which the tracker says where they are behind others; nobody sees them."""
    strayed: float = 0.0
    """How far beside them it expects them, in pixels."""

    def box(self, frame: int) -> list[float]:
        left = self.x + self.speed * (frame - self.frames[0])
        return [left, self.y, left + SIZE[0], self.y + SIZE[1]]


Tracked = Callable[[Sequence[Piece]], tuple[Project, RunId]]


@pytest.fixture
def tracked(tmp_path: Path) -> Tracked:
    projects = []

    def write(pieces: Sequence[Piece]) -> tuple[Project, RunId]:
        project = Project.create(tmp_path / f"{len(projects)}.trackmend")
        projects.append(project)
        video_id = project.add_video(
            VideoInfo(
                path=tmp_path / "v.mp4",
                fingerprint="v",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=640,
                height=480,
            )
        )
        rng = np.random.default_rng(0)
        with project.start_run(
            video_id, model_id=None, tracker_settings={}, detector_settings={}, description="test"
        ) as writer:
            for frame in range(FRAMES):
                here = [p for p in pieces if frame in p.frames and frame not in p.missing]
                writer.write(frame, *_seen(here, frame, rng))
        return project, writer.run_id

    yield write
    for project in projects:
        project.close()


def _seen(
    here: Sequence[Piece], frame: int, rng: np.random.Generator
) -> tuple[FrameDetections, list[TrackedBox]]:
    if not here:
        return FrameDetections.empty(), []
    looks = np.eye(DIM)[[piece.person for piece in here]] + rng.normal(0, 0.05, (len(here), DIM))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    boxes = np.array([piece.box(frame) for piece in here])
    scores = [piece.score for piece in here]
    classes = [piece.class_id for piece in here]
    tracks = [
        TrackedBox(
            track_id=piece.track,
            box_xyxy=boxes[row] + (piece.strayed if frame in piece.expected else 0.0),
            score=piece.score,
            class_id=piece.class_id,
            detection_index=None if frame in piece.expected else row,
        )
        for row, piece in enumerate(here)
    ]
    return FrameDetections(boxes, scores, looks, classes), tracks


def propose(project: Project, run_id: RunId) -> RefinementProposal:
    return propose_refinement(refinement_view(project, run_id))


def links(proposal: RefinementProposal) -> set[str]:
    return {item.key for item in proposal.items if item.kind is ItemKind.LINK}


BROKEN = [
    Piece(1, 1, range(40), x=50),
    Piece(2, 1, range(50, 120), x=200),
    Piece(3, 2, range(120), x=20, y=300, speed=2),
]
"""Person 1 is lost for ten frames and found again under another id; person 2 walks elsewhere."""


def test_a_broken_track_is_linked_and_its_gap_filled_on_the_line(tracked: Tracked) -> None:
    project, run_id = tracked(BROKEN)
    before = project.digest()
    proposal = propose(project, run_id)
    assert [item.key for item in proposal.items] == ["link 1 2"]
    (item,) = proposal.items
    assert "Track 2 seems to go on with track 1, which ends in frame 40" in item.sentence
    assert "after 10 frames without it" in item.sentence
    assert item.evidence["gap_frames"] == item.evidence["filled_frames"] == 10
    assert item.evidence["cosine"] > 0.9
    assert project.digest() == before, "nothing is applied silently"

    project.edit(proposal.edit())
    assert [track.number for track in project.tracks(run_id)] == [1, 3]
    boxes = {
        box.frame_index: box for box in project.boxes_in_range(run_id, 0, 119) if box.number == 1
    }
    assert sorted(boxes) == list(range(120))
    filled = [boxes[frame] for frame in range(40, 50)]
    assert {box.source for box in filled} == {"interpolated"}
    assert np.allclose([box.box_xyxy for box in filled], [BROKEN[0].box(f) for f in range(40, 50)])
    assert boxes[39].source == boxes[50].source == "model"


def test_an_edit_in_the_middle_of_the_reading_does_no_harm(
    tracked: Tracked, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, run_id = tracked(BROKEN)
    numbered = {track.number: track.track_id for track in project.tracks(run_id)}
    read = project.layer_arrays

    def read_then_somebody_merges(run_id: RunId) -> LayerArrays:
        layer = read(run_id)
        monkeypatch.undo()
        project.edit(MergeTracks(keep=numbered[1], absorb=numbered[2]))
        return layer

    monkeypatch.setattr(project, "layer_arrays", read_then_somebody_merges)
    proposal = propose(project, run_id)
    assert links(proposal) == {"link 1 2"}, "what was true when it was read"
    with pytest.raises(UserError, match="not there any more"):
        project.edit(proposal.edit())


def test_it_is_one_edit_and_one_undo_and_replays_the_same(tracked: Tracked) -> None:
    project, run_id = tracked([*BROKEN, Piece(9, 5, range(60, 64), x=500, y=20, score=0.41)])
    before = project.digest()
    proposal = propose(project, run_id)
    assert {item.kind for item in proposal.items} == {ItemKind.LINK, ItemKind.GHOST}
    project.edit(proposal.edit())
    after = project.digest()
    assert project.undo_title == "Refine: 1 link, 1 filled gap, 1 deleted track"
    assert project.replay_digest() == after
    project.undo()
    assert project.digest() == before
    assert project.undo_title is None
    project.redo()
    assert project.digest() == after


def test_only_what_is_chosen_is_done(tracked: Tracked) -> None:
    project, run_id = tracked([*BROKEN, Piece(9, 5, range(60, 64), x=500, y=20, score=0.41)])
    proposal = propose(project, run_id)
    ghost = next(item for item in proposal.items if item.kind is ItemKind.GHOST)
    project.edit(proposal.edit([ghost.key]))
    assert [track.number for track in project.tracks(run_id)] == [1, 2, 3]
    with pytest.raises(UserError, match="no proposal"):
        proposal.edit(["link 7 8"])
    with pytest.raises(UserError, match="Nothing is chosen"):
        proposal.edit([])


def test_three_pieces_become_one_track(tracked: Tracked) -> None:
    pieces = [
        Piece(1, 1, range(30), x=20),
        Piece(2, 1, range(36, 70), x=128),
        Piece(3, 1, range(90, 120), x=290),
        BROKEN[2],
    ]
    project, run_id = tracked([*pieces[:3], Piece(4, 2, range(120), x=20, y=300, speed=2)])
    proposal = propose(project, run_id)
    assert links(proposal) == {"link 1 2", "link 2 3"}
    project.edit(proposal.edit())
    tracks = {track.number: track.box_count for track in project.tracks(run_id)}
    assert tracks == {1: 120, 4: 120}


def test_two_people_who_were_both_lost_are_linked_as_the_sum_is_largest(tracked: Tracked) -> None:
    """They pass behind something at once; by place alone they would be taken for one another."""
    pieces = [
        Piece(1, 1, range(50), x=100, speed=2),
        Piece(2, 2, range(50), x=320, speed=-2),
        Piece(3, 1, range(60, 120), x=220, speed=2),
        Piece(4, 2, range(60, 120), x=200, speed=-2),
    ]
    assert links(propose(*tracked(pieces))) == {"link 1 3", "link 2 4"}


@pytest.mark.parametrize(
    ("why", "piece"),
    [
        ("they are seen together", Piece(2, 1, range(39, 120), x=167)),
        ("it is of another class", Piece(2, 1, range(50, 120), x=200, class_id=1)),
        ("nobody walks so fast", Piece(2, 1, range(44, 120), x=560, y=20, speed=0)),
        ("somebody else appears there", Piece(2, 7, range(60, 120), x=330, y=60, speed=-3)),
    ],
)
def test_what_must_not_be_linked_is_not(tracked: Tracked, why: str, piece: Piece) -> None:
    project, run_id = tracked([BROKEN[0], piece, BROKEN[2]])
    assert "link 1 2" not in links(propose(project, run_id)), why


def test_after_too_long_a_time_nobody_is_linked(tracked: Tracked) -> None:
    view = refinement_view(*tracked(BROKEN))
    for window_s, expected in ((0.4, set()), (0.5, {"link 1 2"})):
        assert (
            links(propose_refinement(view, RefinementSettings(windows_s=(window_s,)))) == expected
        )


def test_twins_who_could_both_be_meant_are_left_to_people(tracked: Tracked) -> None:
    twins = [
        Piece(2, 1, range(50, 120), x=197, y=96),
        Piece(4, 1, range(50, 120), x=203, y=104),
    ]
    assert links(propose(*tracked([BROKEN[0], *twins, BROKEN[2]]))) == set()


def test_gaps_of_a_track_are_filled_unless_they_are_long_or_verified(tracked: Tracked) -> None:
    pieces = [
        Piece(1, 1, range(120), x=50, missing=range(20, 25)),
        Piece(2, 2, range(120), x=50, y=300, missing=range(20, 90)),
    ]
    project, run_id = tracked(pieces)
    assert [item.key for item in propose(project, run_id).items] == ["gap 1 21"]
    track = project.tracks(run_id)[0]
    project.verify(run_id, 22, 22, track_id=track.track_id)
    assert propose(project, run_id).items == ()


def test_where_a_tracker_only_expects_somebody_nobody_was_seen(tracked: Tracked) -> None:
    """Two seconds are 50 frames; of the 58 unseen ones the tracker has boxes for ten."""
    unseen = Piece(1, 1, range(120), x=50, missing=range(30, 78), expected=range(20, 30))
    project, run_id = tracked([unseen])
    assert propose(project, run_id).items == ()
    project, run_id = tracked([replace(unseen, missing=range(30, 68))])
    assert [item.key for item in propose(project, run_id).items] == ["gap 1 21"]


def test_the_line_over_a_gap_begins_where_somebody_was_last_seen(tracked: Tracked) -> None:
    """Who stood still while hidden is not where the tracker expected: the boxes are laid anew."""
    unseen = Piece(1, 1, range(120), x=50, missing=range(25, 30), expected=range(20, 25), strayed=9)
    project, run_id = tracked([unseen])
    track = project.tracks(run_id)[0]
    project.edit(propose(project, run_id).edit())
    after = {box.frame_index: box for box in project.boxes_of_track(track.track_id)}
    assert [after[frame].box_xyxy for frame in range(19, 31)] == [
        pytest.approx(unseen.box(frame), abs=1e-3) for frame in range(19, 31)
    ]
    project.undo()
    project.verify(run_id, 20, 24, track_id=track.track_id)
    assert [item.key for item in propose(project, run_id).items] == ["gap 1 26"]


def test_a_gap_over_which_a_track_changes_persons_stays_open(tracked: Tracked) -> None:
    pieces = [
        Piece(1, 1, range(50), x=50),
        Piece(1, 2, range(56, 120), x=260, y=140, speed=-3),
    ]
    assert propose(*tracked(pieces)).items == ()


def test_a_filled_gap_keeps_the_class_of_its_track(tracked: Tracked) -> None:
    project, run_id = tracked([Piece(1, 1, range(120), x=9, class_id=3, missing=range(20, 25))])
    project.edit(propose(project, run_id).edit())
    assert {box.class_id for box in project.boxes_in_range(run_id, 0, 119)} == {3}


def test_a_double_goes_and_the_longer_stays(tracked: Tracked) -> None:
    pieces = [
        Piece(1, 1, range(120), x=50),
        Piece(2, 1, range(30, 60), x=142, y=102),
        Piece(3, 2, range(30, 60), x=400, y=102),
    ]
    project, run_id = tracked(pieces)
    (item,) = propose(project, run_id).items
    assert item.key == "duplicate 2"
    assert "Track 2 lies on track 1 in 100% of its 30 frames" in item.sentence
    project.edit(propose(project, run_id).edit())
    assert [track.number for track in project.tracks(run_id)] == [1, 3]


def test_somebody_who_only_passes_in_front_is_no_double(tracked: Tracked) -> None:
    pieces = [Piece(1, 1, range(120), x=50), Piece(2, 2, range(120), x=400, speed=-3)]
    assert propose(*tracked(pieces)).items == ()


def test_what_a_person_placed_is_neither_a_double_nor_a_ghost(tracked: Tracked) -> None:
    pieces = [
        Piece(1, 1, range(120), x=50),
        Piece(2, 1, range(30, 60), x=142, y=102),
        Piece(3, 5, range(60, 64), x=500, y=20, score=0.41),
    ]
    project, run_id = tracked(pieces)
    assert len(propose(project, run_id).items) == 2
    for number, frame in ((2, 40), (3, 61)):
        (box,) = [b for b in project.boxes_in_frame(run_id, frame) if b.number == number]
        x1, y1, x2, y2 = box.box_xyxy
        project.edit(SetBox(box_id=box.box_id, box_xyxy=(x1 + 1, y1, x2, y2)))
    assert propose(project, run_id).items == ()


def test_a_proposal_that_no_longer_fits_changes_nothing(tracked: Tracked) -> None:
    project, run_id = tracked(BROKEN)
    proposal = propose(project, run_id)
    second = next(track for track in project.tracks(run_id) if track.number == 2)
    project.edit(
        AddBox(run_id=run_id, track_id=second.track_id, frame_index=30, box_xyxy=(9, 9, 30, 60))
    )
    before = project.digest()
    with pytest.raises(UserError, match="both seen in frame 31"):
        project.edit(proposal.edit())
    assert project.digest() == before


def test_an_empty_run_and_an_empty_choice_are_no_trouble(tracked: Tracked) -> None:
    project, run_id = tracked([])
    assert propose(project, run_id).items == ()
    with pytest.raises(UserError):
        project.edit(RefineTracks())
