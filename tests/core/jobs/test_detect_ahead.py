from collections.abc import Generator, Iterable
from contextlib import closing

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs.detect_ahead import detect_frames
from trackmend_core.jobs.read_ahead import ReadFrame
from trackmend_core.types import FrameDetections, ImageArray


def frame(number: int, *, readable: bool = True) -> ReadFrame:
    if not readable:
        return ReadFrame(number, None, UserError("cannot be decoded"))
    return ReadFrame(number, np.full((2, 2, 3), number, np.uint8))


class Ahead:
    """Takes frames `depth` ahead of its results; the score tells the frame."""

    def __init__(self, depth: int = 3, fails_at: int | None = None) -> None:
        self.depth = depth
        self.fails_at = fails_at
        self.taken: list[int] = []
        self.closed = False

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        raise AssertionError("frames are handed in together")

    def detect_many(
        self, images_bgr: Iterable[ImageArray]
    ) -> Generator[FrameDetections, None, None]:
        under_way: list[int] = []
        failure: Exception | None = None
        source = iter(images_bgr)
        try:
            while failure is None:
                try:
                    number = int(next(source)[0, 0, 0])
                except StopIteration:
                    break
                except UserError as error:
                    failure = error
                    break
                if number == self.fails_at:
                    raise ZeroDivisionError("a bug in the engine")
                self.taken.append(number)
                under_way.append(number)
                if len(under_way) > self.depth:
                    yield self._found(under_way.pop(0))
            yield from map(self._found, under_way)
            if failure is not None:
                raise failure
        finally:
            self.closed = True

    @staticmethod
    def _found(number: int) -> FrameDetections:
        return FrameDetections([[0, 0, 1, 1]], [number / 100], np.ones((1, 1)))


def numbers(pairs: Iterable[tuple[ReadFrame, FrameDetections]]) -> list[tuple[int, list[int]]]:
    return [
        (read.frame_index, [round(100 * float(score)) for score in found.scores])
        for read, found in pairs
    ]


@pytest.mark.parametrize("broken", [set(), {0}, {4, 5}, {7, 8, 9}, {0, 1, 5, 9}, set(range(10))])
@pytest.mark.parametrize("depth", [0, 1, 3, 20])
def test_every_frame_meets_its_own_detections_in_order(broken: set[int], depth: int) -> None:
    frames = [frame(n, readable=n not in broken) for n in range(10)]
    expected = [(n, [] if n in broken else [n]) for n in range(10)]
    assert numbers(detect_frames(frames, Ahead(depth))) == expected


def test_a_detector_of_one_frame_at_a_time_does_as_well() -> None:
    class Alone:
        def detect(self, image_bgr: ImageArray) -> FrameDetections:
            return Ahead._found(int(image_bgr[0, 0, 0]))

    frames = [frame(n, readable=n != 2) for n in range(4)]
    assert numbers(detect_frames(frames, Alone())) == [(0, [0]), (1, [1]), (2, []), (3, [3])]


def test_what_the_reader_raises_comes_after_the_frames_before_it() -> None:
    def frames() -> Generator[ReadFrame, None, None]:
        yield from (frame(n) for n in range(5))
        yield frame(5, readable=False)
        raise UserError("the disk is gone")

    seen: list[int] = []
    with pytest.raises(UserError, match="disk"):
        seen.extend(read.frame_index for read, _ in detect_frames(frames(), Ahead()))
    assert seen == [0, 1, 2, 3, 4, 5]


def test_a_bug_in_the_engine_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        list(detect_frames([frame(n) for n in range(9)], Ahead(fails_at=4)))


def test_closing_early_closes_the_engine_and_takes_no_more_frames() -> None:
    engine = Ahead(depth=2)
    with closing(detect_frames((frame(n) for n in range(100)), engine)) as pairs:
        next(pairs)
        assert engine.taken == [0, 1, 2]
    assert engine.closed
    assert engine.taken == [0, 1, 2]
