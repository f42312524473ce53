"""Choose the back end for a network on this machine."""

import logging
from collections.abc import Callable

import numpy as np
from torch import nn

from trackmend_core.backends.conversion import CHECKED_SHAPE
from trackmend_core.backends.openvino_backend import OpenVinoBackend
from trackmend_core.backends.protocol import Backend, BackendName, Precision
from trackmend_core.backends.torch_backend import TorchBackend, best_torch_device, torch_device
from trackmend_core.errors import UserError

_log = logging.getLogger(__name__)


def choose_backend(
    network: nn.Module,
    name: BackendName | str = BackendName.AUTO,
    device: str = "auto",
    *,
    precision: Precision | str = Precision.AUTO,
) -> Backend:
    """Return a back end that is known to run the network.

    "auto" takes torch on a graphics card where there is one, else OpenVINO, else torch on the CPU;
    what does not run the network is passed over, with a line in the log.

    Raises:
        UserError: the named back end, device or precision does not exist here, or the named back
            end cannot run this network.
    """
    wanted, numbers = _parsed(name, precision)
    if wanted is BackendName.TORCH:
        return TorchBackend(network, device, precision=numbers)
    if wanted is BackendName.OPENVINO:
        return _openvino(network, device, numbers)
    kind = best_torch_device() if device == "auto" else torch_device(device).type
    if kind != "cpu":
        chosen = "auto" if device == "auto" else device
        card = _first_that_runs(
            lambda: TorchBackend(network, chosen, precision=numbers), what=f"torch on {kind}"
        )
        if card is not None:
            return card
    openvino = _first_that_runs(lambda: OpenVinoBackend(network, numbers), what="OpenVINO")
    return openvino or TorchBackend(network, "cpu", precision=numbers)


def _parsed(name: BackendName | str, precision: Precision | str) -> tuple[BackendName, Precision]:
    try:
        return BackendName(name), Precision(precision)
    except ValueError as error:
        raise UserError(
            f"There is no back end “{name}” with precision “{precision}”.",
            f"Back ends: {', '.join(BackendName)}; precisions: {', '.join(Precision)}.",
        ) from error


def _openvino(network: nn.Module, device: str, precision: Precision) -> Backend:
    if device not in ("auto", "cpu"):
        raise UserError(
            f"OpenVINO runs on the CPU here, not on “{device}”.", "Use the torch back end there."
        )
    try:
        return OpenVinoBackend(network, precision)
    except (ImportError, RuntimeError) as error:
        raise UserError(
            f"OpenVINO cannot run this network: {error}", "Use the torch back end."
        ) from error


def _first_that_runs(build: Callable[[], Backend], *, what: str) -> Backend | None:
    """Return the back end if it gets through a small input, else None."""
    try:
        backend = build()
        backend.run(np.zeros(CHECKED_SHAPE, np.float32))
    except UserError:
        raise
    except Exception as error:  # an engine's failures have no common class, and another one follows
        _log.warning("%s does not run this network, trying the next: %s", what, error)
        return None
    return backend
