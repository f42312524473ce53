"""Turn a torch network into an OpenVINO model that can be reshaped to any input size."""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from trackmend_core.backends.quiet_openvino import import_openvino, logging_kept

TRACED_SHAPE = (1, 3, 64, 96)
"""Small, so that tracing is quick; sides differ, so that a swap of them would show."""
CHECKED_SHAPE = (1, 3, 128, 64)
"""Another one, so that a size or a value that tracing took for a constant shows as well."""


class OrderedHeads(nn.Module):
    """The network with its heads as a tuple in a fixed order: traced outputs have no names."""

    def __init__(self, network: nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.network = network
        self.names = names

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the heads in the order of `names`."""
        outputs = self.network(x)
        return tuple(outputs[name] for name in self.names)


def noise(shape: tuple[int, ...]) -> Tensor:
    """Return noise in 0..1, the same every time for a shape."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(sum(shape)))


def convert_network(network: nn.Module, names: tuple[str, ...]) -> Any:  # openvino has no types
    """Trace a network on the CPU and convert it.

    Tracing is preferred to `torch.export`: it is twice as quick and follows no sizes into the
    graph, so one conversion serves every input size. torch 2.14 calls it deprecated, and
    torchvision's deformable convolution asks a tensor for a truth value; both warnings are
    expected, and silenced here only.

    Raises:
        RuntimeError: OpenVINO does not know an operation of the network.
    """
    openvino = import_openvino()
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings(), logging_kept():
        warnings.filterwarnings("ignore", r"`torch\.jit\.")
        warnings.filterwarnings("ignore", r"Converting a tensor to a Python boolean")
        try:
            traced = TorchScriptPythonDecoder(
                OrderedHeads(network, names),
                example_input=noise(TRACED_SHAPE),
                # torch would run the network and its trace again and compare the two, which takes
                # longer than all the rest; `OpenVinoBackend` compares the result with torch.
                trace_kwargs={"check_trace": False},
            )
            return openvino.convert_model(traced)
        except openvino.frontend.OpConversionFailure as error:
            raise RuntimeError(str(error).strip().splitlines()[-1]) from error
