"""Drives the review queue of a stage as a person would, and waits until it is in step."""

from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app.review.queue_state import QueueState
from trackmend_app.review.review_queue import ReviewQueue
from trackmend_core.project.edits import SplitTrack, SwapTracks
from trackmend_core.review import Action, Suspicion

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def queue_of(stage: Stage) -> ReviewQueue:
    queue = stage.bench.review
    assert isinstance(queue, ReviewQueue)
    return queue


def wait_for_queue(stage: Stage) -> ReviewQueue:
    queue = queue_of(stage)
    stage.wait(lambda: queue.state is QueueState.READY)
    return queue


def press(stage: Stage, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    stage.press(key, modifier)
    queue = queue_of(stage)
    stage.wait(lambda: queue.state is QueueState.READY)
    assert not stage.errors, stage.errors


def swaps(stage: Stage) -> list[Suspicion]:
    waiting = queue_of(stage).snapshot.open
    return [one for one in waiting if one.proposal.action is Action.SWAP]


def make_errors(stage: Stage) -> None:
    """Track the drawn video, let two tracks change places half-way and cut a third."""
    stage.open_video()
    stage.run_model()
    one, third, other = sorted(stage.session.tracks(), key=lambda track: track.number)[:3]
    stage.session.edit(
        SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=20, last_frame=None)
    )
    stage.session.edit(SplitTrack(track_id=third.track_id, at_frame=8))
    wait_for_queue(stage)
