"""Counts what an object keeps alive."""

from collections.abc import Iterator

import numpy as np


def kept_bytes(thing: object, seen: set[int] | None = None) -> int:
    """Add up every array, number and container that can be reached."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        inside = thing.tolist() if thing.dtype == object else []
        owner = thing if thing.base is None else thing.base
        return getattr(owner, "nbytes", 0) + sum(kept_bytes(one, seen) for one in arrays(inside))
    return 64 + sum(kept_bytes(one, seen) for one in arrays(thing))


def arrays(thing: object) -> Iterator[object]:
    if isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    else:
        yield from getattr(thing, "__dict__", {}).values()
        for name in getattr(thing, "__slots__", ()):
            yield getattr(thing, name, None)
