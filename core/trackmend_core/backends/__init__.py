"""How a network is run: torch on CUDA, MPS or CPU, and OpenVINO on the CPU.

Importing this room loads torch; OpenVINO is imported when a back end that needs it is built.
"""

from trackmend_core.backends.choose import BackendChoice, choose_backend, choose_with_reason
from trackmend_core.backends.openvino_backend import OpenVinoBackend
from trackmend_core.backends.protocol import Backend, BackendName, Calibration, Precision
from trackmend_core.backends.torch_backend import TorchBackend

__all__ = [
    "Backend",
    "BackendChoice",
    "BackendName",
    "Calibration",
    "OpenVinoBackend",
    "Precision",
    "TorchBackend",
    "choose_backend",
    "choose_with_reason",
]
