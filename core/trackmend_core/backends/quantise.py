"""Eight-bit networks by NNCF's post-training quantisation, kept once made.

Weights and activations become int8 where OpenVINO computes so; the first convolutions and the
deformable ones stay float32. The ranges are read from example inputs, best from the video at hand:
with all but the deformable ones in int8, the bundled model's embeddings stayed closer to float32's
so (cosine 0.80 at worst on TUD-Stadtmitte) than with drawn ones (0.73).
"""

import importlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import rich
from torch import nn

from trackmend_core.backends.fingerprints import library_versions, weights_fingerprint
from trackmend_core.backends.kept_files import kept_path
from trackmend_core.backends.protocol import Calibration
from trackmend_core.backends.quantised_file import read_quantised, write_quantised
from trackmend_core.backends.quiet_openvino import import_openvino, logging_kept
from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray

_FORMAT = 2
_TOLERANCE = 0.5
"""How far a head may be from float32's: length of the difference as a share of the head's length,
over every cell, empty background too. Measured: DLA-34 0.05, the bundled network 0.23; a network
that lives from small differences is off by its whole length."""
_SHORTEST = 1e-6
_FLOAT_OPERATIONS = ["DeformableConvolution"]
_CONVOLUTIONS = ("Convolution", "GroupConvolution")
_FINE_STRIDE = 4
"""Convolutions on a grid finer than this stay float32; see `_fine_convolutions`."""

_log = logging.getLogger(__name__)


def quantised_model(
    model: Any, network: nn.Module, calibration: Calibration | None
) -> Any:  # openvino has no types
    """Return an OpenVINO model in int8, from the cache folder or made now (half a minute).

    Args:
        model: the converted network, of any input shape; left as it is.
        network: where it comes from; its weights name the kept file.
        calibration: what to read the ranges from.

    Raises:
        UserError: there is nothing to calibrate on, or NNCF is not installed.
        RuntimeError: the network loses too much.
    """
    if calibration is None:
        raise UserError(
            "Fast mode needs example frames to fit its numbers to.",
            "Hand in calibration frames, or use float32.",
        )
    path = kept_path(
        "quantised",
        _FORMAT,
        library_versions(),
        weights_fingerprint(network),
        calibration.name,
        suffix=".npz",
    )
    kept = read_quantised(path)
    if kept is not None:
        return kept
    _log.info("fitting the network to eight-bit numbers, once for this model: %s", calibration.name)
    quantised = _quantise(model, list(calibration.inputs()))
    write_quantised(path, quantised)
    return quantised


def _quantise(model: Any, inputs: list[FloatArray]) -> Any:
    if not inputs:
        raise UserError("Fast mode has no example frames.", "Use another video, or float32.")
    nncf = _import_nncf()
    fixed = model.clone()
    fixed.reshape(list(inputs[0].shape))
    with _quiet():
        quantised = nncf.quantize(
            fixed,
            nncf.Dataset(inputs),
            subset_size=len(inputs),
            preset=nncf.QuantizationPreset.MIXED,
            ignored_scope=nncf.IgnoredScope(
                types=_FLOAT_OPERATIONS, names=_fine_convolutions(fixed), validate=False
            ),
        )
    worst = _worst_difference(fixed, quantised, inputs[-1])
    if worst > _TOLERANCE:
        raise RuntimeError(f"eight-bit numbers move a head by {worst:.0%} of its length")
    return quantised


def _fine_convolutions(model: Any) -> list[str]:
    """Return the names of the first convolutions of a model with a fixed input shape.

    They have few channels of very different ranges, what they lose nothing later can make good,
    and they are a small part of the arithmetic. Measured with the bundled network on a street film
    (pexels-pedestrians) that it was not fitted to: the mean of 1 - cosine at people's centres falls
    from 0.0082 to 0.0016, scores move by 0.007 instead of 0.022, and it takes no longer.
    """
    height = int(model.input(0).get_shape()[2])
    return [
        operation.get_friendly_name()
        for operation in model.get_ordered_ops()
        if operation.get_type_name() in _CONVOLUTIONS
        and int(operation.get_output_shape(0)[2]) * _FINE_STRIDE > height
    ]


def _import_nncf() -> ModuleType:
    import_openvino()  # keeps the reporter of both packages out
    before = logging.getLoggerClass()
    try:
        nncf = importlib.import_module("nncf")
    except ImportError as error:
        raise UserError(
            "Fast mode needs the package NNCF, which is not installed.",
            'Install it with: pip install "trackmend[fast]", or use float32.',
        ) from error
    finally:
        logging.setLoggerClass(before)
    nncf.set_log_level(logging.ERROR)
    return nncf


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep NNCF's progress bars off the standard output, which belongs to results."""
    console = rich.get_console()
    before, console.quiet = console.quiet, True
    compilers = logging.getLogger("torch.utils.cpp_extension")
    compilers.addFilter(_is_error)  # it misses a CUDA compiler, which is not needed here
    try:
        with logging_kept():
            yield
    finally:
        console.quiet = before
        compilers.removeFilter(_is_error)


def _worst_difference(exact: Any, rounded: Any, example: FloatArray) -> float:
    expected, found = (_outputs(model, example) for model in (exact, rounded))
    shares = [0.0]
    for index, head in expected.items():
        length = max(float(np.linalg.norm(head)), _SHORTEST)
        shares.append(float(np.linalg.norm(found[index] - head)) / length)
    return max(shares)


def _outputs(model: Any, example: FloatArray) -> Mapping[int, FloatArray]:
    core = import_openvino().Core()
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    request.infer([example])
    return {n: request.get_output_tensor(n).data.copy() for n in range(len(compiled.outputs))}
