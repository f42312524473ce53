"""Compiled forms of one OpenVINO model: per input size, for one input or for several at once."""

from collections import OrderedDict, deque
from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

from trackmend_core.backends.fingerprints import usable_cores
from trackmend_core.types import FloatArray

SHAPES_KEPT = 3
MOST_AT_ONCE = 4
"""Inputs that are computed side by side at most; each needs memory of its own."""

Held = TypeVar("Held")


class Requests:
    """Compiles the model for an input size when it is first met, and keeps the latest sizes.

    One input alone gets every core; several at once get a core each, which wastes less on waiting.
    """

    def __init__(self, core: Any, model: Any, *, precision_hint: str) -> None:
        self._core = core
        self._model = model
        self._hint = precision_hint
        self._alone: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._abreast: OrderedDict[tuple[int, ...], list[Any]] = OrderedDict()

    def run(self, batch: FloatArray) -> Any:
        """Run an input on every core and return the request that holds the results."""
        shape = batch.shape
        if shape not in self._alone:
            compiled = self._compiled(shape, {"PERFORMANCE_HINT": "LATENCY"})
            self._alone[shape] = compiled.create_infer_request()
        request = _latest(self._alone, shape)
        request.infer([np.ascontiguousarray(batch)], share_inputs=True)
        return request

    def run_each(self, inputs: Iterable[FloatArray]) -> Generator[Any, None, None]:
        """Yield the requests that hold the results of the inputs, in their order."""
        under_way: deque[tuple[Any, FloatArray]] = deque()
        failure: Exception | None = None
        source = iter(inputs)
        try:
            while True:
                try:
                    batch = np.ascontiguousarray(next(source))
                except StopIteration:
                    break
                except Exception as error:  # told in its turn, after the results before it
                    failure = error
                    break
                # A request whose results were asked for is free; those of another size are not
                # counted together, so the older ones are given out first.
                if under_way and under_way[-1][1].shape != batch.shape:
                    yield from _finished(under_way, leave=0)
                requests = self._side_by_side(batch.shape)
                yield from _finished(under_way, leave=len(requests) - 1)
                request = requests.pop(0)
                requests.append(request)
                request.start_async([batch], share_inputs=True)
                under_way.append((request, batch))
            yield from _finished(under_way, leave=0)
        finally:
            for request, _ in under_way:
                request.wait()
        if failure is not None:
            raise failure

    def _side_by_side(self, shape: tuple[int, ...]) -> list[Any]:
        if shape not in self._abreast:
            streams = min(MOST_AT_ONCE, usable_cores())
            compiled = self._compiled(shape, {"NUM_STREAMS": streams})
            count = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
            # One more than there are streams: results are read while every stream is at work.
            self._abreast[shape] = [compiled.create_infer_request() for _ in range(count + 1)]
        return _latest(self._abreast, shape)

    def _compiled(self, shape: tuple[int, ...], options: dict[str, object]) -> Any:
        self._model.reshape(list(shape))
        return self._core.compile_model(
            self._model, "CPU", {"INFERENCE_PRECISION_HINT": self._hint, **options}
        )


def _latest(held: OrderedDict[tuple[int, ...], Held], shape: tuple[int, ...]) -> Held:
    """Return what is held for a shape, now the latest, and forget the oldest beyond the limit."""
    held.move_to_end(shape)
    while len(held) > SHAPES_KEPT:
        held.popitem(last=False)
    return held[shape]


def _finished(under_way: "deque[tuple[Any, FloatArray]]", *, leave: int) -> Iterator[Any]:
    """Give out the oldest requests as they finish, until so many are left."""
    while len(under_way) > leave:
        request, _ = under_way[0]
        request.wait()
        under_way.popleft()
        yield request
