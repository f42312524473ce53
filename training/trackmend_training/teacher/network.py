"""A network file run by OpenVINO, which reads its own format and ONNX alike."""

from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray


class TeacherNetwork:
    """One input, one output.

    Raises:
        UserError: the file is missing or is no network.
    """

    def __init__(self, path: Path, *, threads: int = 2) -> None:
        if not path.is_file():
            raise UserError(
                f"The teacher network {path.name} is missing.", f"It was looked for at {path}."
            )
        import openvino  # where its files are not read, it need not be there

        core = openvino.Core()
        try:
            model = core.read_model(path)
        except RuntimeError as error:
            raise UserError(f"{path} is not a network.", str(error)[:200]) from error
        self._compiled = core.compile_model(
            model, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        )
        shape = model.input(0).shape
        self.input_hw = (int(shape[2]), int(shape[3]))

    def run(self, batch: FloatArray) -> FloatArray:
        """Return the first output for one image (1, 3, H, W)."""
        return np.asarray(self._compiled([batch])[0], np.float32)
