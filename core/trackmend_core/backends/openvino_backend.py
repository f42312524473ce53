"""Run a network with OpenVINO on the CPU: the quickest way where there is no graphics card."""

import copy
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trackmend_core.backends.conversion import CHECKED_SHAPE, convert_network, noise
from trackmend_core.backends.openvino_requests import Requests
from trackmend_core.backends.protocol import Calibration, Precision
from trackmend_core.backends.quantise import quantised_model
from trackmend_core.backends.quiet_openvino import import_openvino
from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray

_HINTS = {
    Precision.FLOAT32: "f32",
    Precision.BFLOAT16: "bf16",
    Precision.FLOAT16: "f16",
    Precision.FAST: "f32",
}
_EXACT_TOLERANCE = 1e-3
"""How far a head may be from torch's: length of the difference as a share of the head's length."""
_ROUNDED_TOLERANCE = 0.05
"""The same for fewer bits. Measured on 24 people with a light network that differed by 0.04:
boxes overlapped float32's by 0.98 in the median and 0.85 at least, scores moved by 0.02 at most."""

_SHORTEST = 1e-6
"""A head that is zero everywhere has no length to compare with."""


class OpenVinoBackend:
    """One conversion, compiled anew for each input size (a tenth of a second) and kept.

    The converted network is checked against torch on a small input; bfloat16 is chosen by itself
    only where the processor has it in hardware and the heads stay close.

    Args:
        network: left as it is.
        precision: `FAST` is int8; what cannot be rounded so stays float32.
        calibration: needed for `FAST`, unless the network was quantised with it before.

    Raises:
        UserError: a precision is asked for that this processor or this network does not bear, or
            fast mode lacks its package or its example inputs.
        RuntimeError: the conversion fails or changes the results.
    """

    def __init__(
        self,
        network: nn.Module,
        precision: Precision | str = Precision.AUTO,
        *,
        calibration: Calibration | None = None,
    ) -> None:
        openvino = import_openvino()
        self._core: Any = openvino.Core()
        network = copy.deepcopy(network).cpu().eval().requires_grad_(False)
        with torch.inference_mode():
            expected = {name: head.numpy() for name, head in network(noise(CHECKED_SHAPE)).items()}
        self._names = tuple(expected)
        self._model: Any = convert_network(network, self._names)
        self._use(Precision.FLOAT32)
        if self._difference(expected) > _EXACT_TOLERANCE:
            raise RuntimeError("OpenVINO computes other results than torch for this network")
        wanted = Precision(precision)
        if wanted is Precision.FAST:
            self._model = quantised_model(self._model, network, calibration)
            self._use(Precision.FAST)
        else:
            self._choose_precision(wanted, expected)

    @property
    def description(self) -> str:
        """Return device, engine and precision."""
        numbers = "int8" if self._precision is Precision.FAST else self._precision
        return f"CPU · OpenVINO ({numbers})"

    @property
    def precision(self) -> Precision:
        """Return the precision in use."""
        return self._precision

    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads that share OpenVINO's memory; see `Backend.heads`."""
        return self._heads_of(self._requests.run(batch))

    def heads_of_each(
        self, inputs: Iterable[FloatArray]
    ) -> Generator[Mapping[str, Tensor], None, None]:
        """Yield raw heads that share OpenVINO's memory; see `Backend.heads_of_each`."""
        with closing(self._requests.run_each(inputs)) as finished:
            for request in finished:
                yield self._heads_of(request)

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads as arrays of their own; see `Backend.run`."""
        return {name: head.numpy().copy() for name, head in self.heads(batch).items()}

    def _heads_of(self, request: Any) -> Mapping[str, Tensor]:
        return {
            name: torch.from_numpy(request.get_output_tensor(index).data)
            for index, name in enumerate(self._names)
        }

    def _choose_precision(self, wanted: Precision, expected: dict[str, FloatArray]) -> None:
        if wanted is Precision.FLOAT32:
            return
        native = set(self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        candidate = Precision.BFLOAT16 if wanted is Precision.AUTO else wanted
        has_it = {Precision.BFLOAT16: "BF16", Precision.FLOAT16: "FP16"}[candidate] in native
        if not has_it and wanted is not Precision.AUTO:
            raise UserError(
                f"This processor does not compute in {candidate}.", "Use float32 or auto."
            )
        if has_it:
            self._use(candidate)
            if self._difference(expected) > _ROUNDED_TOLERANCE:
                if wanted is not Precision.AUTO:
                    raise UserError(
                        f"This network loses too much in {candidate}.", "Use float32 or auto."
                    )
                self._use(Precision.FLOAT32)

    def _use(self, precision: Precision) -> None:
        self._precision = precision
        self._requests = Requests(self._core, self._model, precision_hint=_HINTS[precision])

    def _difference(self, expected: dict[str, FloatArray]) -> float:
        """Return by how much the worst head differs on the check's input, relative to itself."""
        found = self.heads(noise(CHECKED_SHAPE).numpy())
        shares = [0.0]
        for name, head in expected.items():
            distance = float(np.linalg.norm(found[name].numpy() - head))
            shares.append(distance / max(float(np.linalg.norm(head)), _SHORTEST))
        return max(shares)
