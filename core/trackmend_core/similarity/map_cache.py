"""Dense maps made on demand and kept within a bound of bytes; the longest unused goes first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from trackmend_core.similarity.embedding_map import EmbeddingMap


class MapCache:
    """Dense maps by key. Threads may share one.

    Two threads that ask for the same map at once get one and the same: the second waits for the
    first. Maps under different keys are made at the same time.

    Args:
        max_bytes: of all maps together; a single larger one is handed out but not kept.

    Raises:
        ValueError: the bound is negative.
    """

    def __init__(self, max_bytes: int) -> None:
        if max_bytes < 0:
            raise ValueError(f"a bound of {max_bytes} bytes is not possible")
        self._max_bytes = max_bytes
        self._maps: OrderedDict[Hashable, EmbeddingMap] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Event] = {}

    @property
    def nbytes(self) -> int:
        """Return how much is held."""
        with self._lock:
            return self._bytes

    def __len__(self) -> int:
        with self._lock:
            return len(self._maps)

    def get(self, key: Hashable) -> EmbeddingMap | None:
        """Return the map, which counts as used, or None."""
        with self._lock:
            found = self._maps.get(key)
            if found is not None:
                self._maps.move_to_end(key)
            return found

    def put(self, key: Hashable, embedding_map: EmbeddingMap) -> None:
        """Keep a map in place of an older one under its key."""
        with self._lock:
            self._drop(key)
            if embedding_map.nbytes > self._max_bytes:
                return
            self._maps[key] = embedding_map
            self._bytes += embedding_map.nbytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._maps)))

    def get_or_make(self, key: Hashable, make: Callable[[], EmbeddingMap]) -> EmbeddingMap:
        """Return the map, made now if it is not held.

        Raises:
            Exception: whatever `make` raises; those who wait then try for themselves.
        """
        while True:
            with self._lock:
                found = self._maps.get(key)
                if found is not None:
                    self._maps.move_to_end(key)
                    return found
                under_way = self._making.get(key)
                if under_way is None:
                    mine = self._making[key] = threading.Event()
                    break
            under_way.wait()
        try:
            made = make()
            self.put(key, made)
            return made
        finally:
            with self._lock:
                del self._making[key]
            mine.set()

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._maps.clear()
            self._bytes = 0

    def set_limit(self, max_bytes: int) -> None:
        """Keep more or less from now on; what is too much goes at once.

        Raises:
            ValueError: the bound is negative.
        """
        if max_bytes < 0:
            raise ValueError(f"a cache cannot hold {max_bytes} bytes")
        with self._lock:
            self._max_bytes = max_bytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._maps)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._maps.pop(key, None)
        self._bytes -= dropped.nbytes if dropped is not None else 0
