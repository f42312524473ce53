"""Rows that come in pieces end up as one array, whatever the pieces."""

import numpy as np
import pytest

from trackmend_core.growing_rows import GrowingRows


@pytest.mark.parametrize("sizes", [[3], [1, 0, 5000, 2], [4096, 1], [10] * 2000])
def test_pieces_are_joined_in_order(sizes: list[int]) -> None:
    dice = np.random.default_rng(len(sizes))
    pieces = [dice.random((size, 3)).astype(np.float32) for size in sizes]
    rows = GrowingRows(np.float32)
    for piece in pieces:
        rows.append(piece)
    assert np.array_equal(rows.take(), np.concatenate(pieces))


def test_rows_are_kept_in_the_type_that_was_asked_for() -> None:
    rows = GrowingRows(np.float16)
    rows.append(np.array([[0.1, 0.2]], np.float32))
    assert rows.take().dtype == np.float16


def test_nothing_taken_gives_no_rows_and_a_collection_can_be_filled_again() -> None:
    rows = GrowingRows(np.int64)
    assert len(rows.take()) == 0
    rows.append(np.arange(5))
    assert rows.take().tolist() == [0, 1, 2, 3, 4]
    assert len(rows.take()) == 0
