"""An array that grows row by row in place: joining many pieces would hold all of them twice."""

from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_GROWTH: Final = 1.25
_FIRST_ROWS: Final = 4096


class GrowingRows:
    """Rows of one shape, taken in pieces. Any: the kind of number is the caller's to know."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._rows: NDArray[Any] | None = None
        self._count = 0

    def append(self, rows: NDArray[Any]) -> None:
        """Take some rows; all must have the shape of the first."""
        end = self._count + len(rows)
        if self._rows is None:
            self._rows = np.empty((max(_FIRST_ROWS, end), *rows.shape[1:]), self._dtype)
        elif end > len(self._rows):
            # Nobody else holds it, so the system may move its pages instead of copying them.
            size = max(end, int(len(self._rows) * _GROWTH))
            self._rows.resize((size, *self._rows.shape[1:]), refcheck=False)
        self._rows[self._count : end] = rows
        self._count = end

    def take(self) -> NDArray[Any]:
        """Return all rows; the collection is empty then."""
        rows, count, self._rows, self._count = self._rows, self._count, None, 0
        if rows is None:
            return np.zeros(0, self._dtype)
        rows.resize((count, *rows.shape[1:]), refcheck=False)
        return rows
