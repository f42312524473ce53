"""Equally long columns that are chosen, ordered and joined together."""

from typing import Self

import numpy as np

from trackmend_core.types import BoolArray, IntArray


class Columns:
    """Base of slotted dataclasses whose fields are arrays, or `Columns`, of one length."""

    __slots__: tuple[str, ...] = ()

    def select(self, rows: IntArray | BoolArray) -> Self:
        """Return the given rows, in the given order, copied."""
        places = as_places(rows)
        chosen = []
        for name in self.__slots__:
            column = getattr(self, name)
            is_whole = isinstance(column, Columns)
            chosen.append(column.select(places) if is_whole else column.take(places, axis=0))
        return type(self)(**dict(zip(self.__slots__, chosen, strict=True)))

    def followed_by(self, other: Self) -> Self:
        """Return these rows, then the other's; of two, an empty one gives way."""
        if not _count(self):
            return other
        return self.with_others_at(_count(self), other) if _count(other) else self

    def with_others_at(self, place: int, others: Self) -> Self:
        """Return these rows with the others between the first `place` of them and the rest."""
        joined = []
        for name in self.__slots__:
            one, two = getattr(self, name), getattr(others, name)
            joined.append(
                one.with_others_at(place, two)
                if isinstance(one, Columns)
                else np.concatenate((one[:place], two, one[place:]))
            )
        return type(self)(**dict(zip(self.__slots__, joined, strict=True)))


def as_places(rows: IntArray | BoolArray) -> IntArray:
    """Return indices, of indices or a mask."""
    if rows.dtype == np.bool_:
        (rows,) = rows.nonzero()
    return rows.astype(np.int64, copy=False)


def _count(columns: Columns) -> int:
    return len(getattr(columns, columns.__slots__[0]))
