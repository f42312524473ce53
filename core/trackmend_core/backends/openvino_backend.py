"""Run a network with OpenVINO on the CPU: the quickest way where there is no graphics card."""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trackmend_core.backends.conversion import CHECKED_SHAPE, convert_network, noise
from trackmend_core.backends.protocol import Precision
from trackmend_core.backends.quiet_openvino import import_openvino
from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray

_HINTS = {Precision.FLOAT32: "f32", Precision.BFLOAT16: "bf16", Precision.FLOAT16: "f16"}
_SHAPES_KEPT = 3
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

    Raises:
        UserError: a precision is asked for that this processor or this network does not bear.
        RuntimeError: the conversion fails or changes the results.
    """

    def __init__(self, network: nn.Module, precision: Precision | str = Precision.AUTO) -> None:
        openvino = import_openvino()
        self._core: Any = openvino.Core()
        network = copy.deepcopy(network).cpu().eval().requires_grad_(False)
        with torch.inference_mode():
            expected = {name: head.numpy() for name, head in network(noise(CHECKED_SHAPE)).items()}
        self._names = tuple(expected)
        self._model: Any = convert_network(network, self._names)
        self._requests: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._precision = Precision.FLOAT32
        if self._difference(expected) > _EXACT_TOLERANCE:
            raise RuntimeError("OpenVINO computes other results than torch for this network")
        self._choose_precision(Precision(precision), expected)

    @property
    def description(self) -> str:
        """Return device, engine and precision."""
        return f"CPU · OpenVINO ({self._precision})"

    @property
    def precision(self) -> Precision:
        """Return the precision in use."""
        return self._precision

    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads that share OpenVINO's memory; see `Backend.heads`."""
        request = self._request(batch.shape)
        request.infer([np.ascontiguousarray(batch)], share_inputs=True)
        return {
            name: torch.from_numpy(request.get_output_tensor(index).data)
            for index, name in enumerate(self._names)
        }

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads as arrays of their own; see `Backend.run`."""
        return {name: head.numpy().copy() for name, head in self.heads(batch).items()}

    def _request(self, shape: tuple[int, ...]) -> Any:
        """Return the compiled network for an input shape; the latest shapes are kept."""
        if shape in self._requests:
            self._requests.move_to_end(shape)
            return self._requests[shape]
        self._model.reshape(list(shape))
        options = {
            "INFERENCE_PRECISION_HINT": _HINTS[self._precision],
            "PERFORMANCE_HINT": "LATENCY",
        }
        compiled = self._core.compile_model(self._model, "CPU", options)
        self._requests[shape] = compiled.create_infer_request()
        if len(self._requests) > _SHAPES_KEPT:
            self._requests.popitem(last=False)
        return self._requests[shape]

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
        self._requests.clear()

    def _difference(self, expected: dict[str, FloatArray]) -> float:
        """Return by how much the worst head differs on the check's input, relative to itself."""
        found = self.heads(noise(CHECKED_SHAPE).numpy())
        shares = [0.0]
        for name, head in expected.items():
            distance = float(np.linalg.norm(found[name].numpy() - head))
            shares.append(distance / max(float(np.linalg.norm(head)), _SHORTEST))
        return max(shares)
