"""Choose the back end for a network on this machine: what runs it, and of that the quickest."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from torch import nn

from trackmend_core.backends.card_trouble import CardError
from trackmend_core.backends.choice_store import store_times, stored_times
from trackmend_core.backends.conversion import CHECKED_SHAPE
from trackmend_core.backends.fingerprints import (
    library_versions,
    machine_fingerprint,
    structure_fingerprint,
)
from trackmend_core.backends.kept_files import kept_path
from trackmend_core.backends.measure import measure, measured_shape
from trackmend_core.backends.openvino_backend import OpenVinoBackend
from trackmend_core.backends.protocol import Backend, BackendName, Calibration, Precision
from trackmend_core.backends.torch_backend import TorchBackend, best_torch_device, torch_device
from trackmend_core.errors import UserError

_USUAL_WH = (1088, 608)
_CLEARLY = 0.9
"""Another way than the first is taken only if it needs less than this share of the time."""
_log = logging.getLogger(__name__)

_Ways = Mapping[str, Callable[[], Backend]]


@dataclass(frozen=True, slots=True, eq=False)
class BackendChoice:
    """A back end and, for people, why it was taken."""

    backend: Backend
    reason: str


def choose_backend(
    network: nn.Module,
    name: BackendName | str = BackendName.AUTO,
    device: str = "auto",
    *,
    precision: Precision | str = Precision.AUTO,
    input_wh: tuple[int, int] = _USUAL_WH,
    calibration: Calibration | None = None,
) -> Backend:
    """Return the back end of `choose_with_reason`, which has the same arguments."""
    return choose_with_reason(
        network, name, device, precision=precision, input_wh=input_wh, calibration=calibration
    ).backend


def choose_with_reason(
    network: nn.Module,
    name: BackendName | str = BackendName.AUTO,
    device: str = "auto",
    *,
    precision: Precision | str = Precision.AUTO,
    input_wh: tuple[int, int] = _USUAL_WH,
    calibration: Calibration | None = None,
) -> BackendChoice:
    """Return a back end that is known to run the network, and why it was taken.

    "auto" takes torch on a graphics card where there is one. On the CPU it times OpenVINO against
    torch for a second, keeps the result in the user's cache folder, and takes the quicker one; in
    fast mode int8 must also beat float32. What does not run the network is passed over. The log
    says what was chosen and why.

    Args:
        network: left as it is.
        name: which engine.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: in which numbers.
        input_wh: about the input that will be used, pixels; the timing depends on it.
        calibration: example inputs for fast mode.

    Raises:
        UserError: the named back end, device or precision does not exist here, the named back end
            cannot run this network, or fast mode lacks its package or examples.
    """
    wanted, numbers = _parsed(name, precision)
    choice = _named(network, wanted, device, numbers, calibration)
    if choice is None and (kind := _device_kind(device)) != "cpu":
        card = _first_that_runs(
            lambda: TorchBackend(network, device, precision=numbers), what=f"torch on {kind}"
        )
        choice = None if card is None else BackendChoice(card, "a graphics card is present")
    if choice is None:
        ways = _ways_on_the_cpu(network, numbers, calibration)
        choice = _quickest(ways, network, input_wh=input_wh)
    _log.info("%s: %s", choice.backend.description, choice.reason)
    return choice


def _named(
    network: nn.Module,
    name: BackendName,
    device: str,
    precision: Precision,
    calibration: Calibration | None,
) -> BackendChoice | None:
    if name is BackendName.AUTO:
        return None
    if name is BackendName.OPENVINO:
        backend = _openvino(network, device, precision, calibration)
    else:
        compiled = name is BackendName.COMPILE
        backend = TorchBackend(network, device, precision=precision, compiled=compiled)
    return BackendChoice(backend, "asked for by name")


def _device_kind(device: str) -> str:
    return best_torch_device() if device == "auto" else torch_device(device).type


def _parsed(name: BackendName | str, precision: Precision | str) -> tuple[BackendName, Precision]:
    try:
        return BackendName(name), Precision(precision)
    except ValueError as error:
        raise UserError(
            f"There is no back end “{name}” with precision “{precision}”.",
            f"Back ends: {', '.join(BackendName)}; precisions: {', '.join(Precision)}.",
        ) from error


def _openvino(
    network: nn.Module, device: str, precision: Precision, calibration: Calibration | None
) -> Backend:
    if device not in ("auto", "cpu"):
        raise UserError(
            f"OpenVINO runs on the CPU here, not on “{device}”.", "Use the torch back end there."
        )
    try:
        return OpenVinoBackend(network, precision, calibration=calibration)
    except (ImportError, RuntimeError) as error:
        raise UserError(
            f"OpenVINO cannot run this network: {error}", "Use the torch back end."
        ) from error


def _ways_on_the_cpu(
    network: nn.Module, precision: Precision, calibration: Calibration | None
) -> _Ways:
    """Return how the network may be run in that precision, by name."""
    exact = Precision.FLOAT32 if precision is Precision.FAST else precision
    numbers = "" if exact is Precision.AUTO else f" {exact}"
    ways: dict[str, Callable[[], Backend]] = {
        f"OpenVINO{numbers}": lambda: OpenVinoBackend(network, exact),
        f"torch{numbers}": lambda: TorchBackend(network, "cpu", precision=exact),
    }
    if precision is Precision.FAST:
        ways["OpenVINO int8"] = lambda: OpenVinoBackend(
            network, Precision.FAST, calibration=calibration
        )
    return ways


def _quickest(ways: _Ways, network: nn.Module, *, input_wh: tuple[int, int]) -> BackendChoice:
    """Return the quickest way as it was measured before, or measure now."""
    shape = measured_shape(input_wh)
    facts = (
        machine_fingerprint(),
        library_versions(),
        structure_fingerprint(network),
        f"{shape[3]}x{shape[2]}",
        ", ".join(ways),
        "processor time",
    )
    path = kept_path("backends", *facts, suffix=".json")
    known = stored_times(path, frozenset(ways))
    if known is not None:
        best = _best({name: known[name] for name in ways})
        backend = _first_that_runs(ways[best], what=best)
        if backend is not None:
            return BackendChoice(
                backend, f"processor time as measured before at {facts[3]}: {_listed(known)}"
            )
    running = {name: _first_that_runs(build, what=name) for name, build in ways.items()}
    able = {name: backend for name, backend in running.items() if backend is not None}
    if len(able) == 1:
        only, backend = next(iter(able.items()))
        return BackendChoice(backend, f"only {only} runs this network here")
    times = measure(able, input_wh=input_wh)
    if len(able) == len(ways):
        store_times(path, times, facts=facts)
    return BackendChoice(
        able[_best(times)], f"processor time measured at {facts[3]}: {_listed(times)}"
    )


def _best(times: Mapping[str, float]) -> str:
    """Return the first way, unless another is clearly quicker: a measurement is never exact."""
    first = next(iter(times))
    quickest = min(times, key=lambda name: times[name])
    return quickest if times[quickest] < _CLEARLY * times[first] else first


def _listed(times: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f} ms" for name, ms in times.items())


def _first_that_runs(build: Callable[[], Backend], *, what: str) -> Backend | None:
    """Return the back end if it gets through a small input, else None."""
    try:
        backend = build()
        backend.run(np.zeros(CHECKED_SHAPE, np.float32))
    except Exception as error:  # an engine's failures have no common class, and another one follows
        if isinstance(error, UserError) and not isinstance(error, CardError):
            raise
        _log.warning("%s does not run this network, trying the next: %s", what, error)
        return None
    return backend
