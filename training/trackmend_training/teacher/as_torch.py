"""The re-ID teacher as a torch module, so that it can be asked on a GPU about thousands a second.

OpenVINO reads its file; what the network consists of is then a plan of a few operations, which
torch carries out with the same weights. The plan can be stored (safetensors, no code in it) and
used where there is no OpenVINO.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from trackmend_core.errors import UserError

Value = Tensor | list[int]
Plan = list[dict[str, Any]]  # Any: plain values of JSON
_PLAN = "plan"


class PlannedNetwork(nn.Module):
    """A network with one input and one output, carried out operation by operation.

    Args:
        plan: for each operation its `kind`, where its inputs come from, and its settings.
        constants: weights by name, as the plan refers to them.
    """

    def __init__(self, plan: Plan, constants: dict[str, Tensor]) -> None:
        super().__init__()
        self._plan = plan
        self._names = sorted(constants)
        for name in self._names:
            self.register_buffer(name, constants[name])

    @classmethod
    def load(cls, path: Path) -> "PlannedNetwork":
        """Read what `save` wrote.

        Raises:
            UserError: the file is missing or no such network.
        """
        try:
            with safe_open(str(path), "pt") as stored:
                constants = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
                return cls(json.loads(stored.metadata()[_PLAN]), constants)
        except Exception as error:  # safetensors raises kinds of its own
            raise UserError(f"{path} holds no stored teacher.", str(error)[:200]) from error

    def save(self, path: Path) -> None:
        """Write plan and weights."""
        constants = {name: self.get_buffer(name).contiguous() for name in self._names}
        save_file(constants, str(path), metadata={_PLAN: json.dumps(self._plan)})

    def forward(self, x: Tensor) -> Tensor:
        """Return the output (B, D) for a batch (B, C, H, W)."""
        values: dict[str, Value] = {name: self.get_buffer(name) for name in self._names}
        values["input"] = x
        result: Value = x
        for step in self._plan:
            inputs = [values[name] for name in step["inputs"]]
            result = _OPERATIONS[step["kind"]](inputs, step["settings"])
            values[step["name"]] = result
        assert isinstance(result, Tensor)
        return result


def read_openvino(path: Path) -> PlannedNetwork:
    """Turn a network file that OpenVINO reads into a torch module.

    Raises:
        UserError: the file is missing, is no network, or has operations that are not known here.
    """
    import openvino

    if not path.is_file():
        raise UserError(
            f"The teacher network {path.name} is missing.", f"It was looked for at {path}."
        )
    try:
        model = openvino.Core().read_model(path)
    except RuntimeError as error:
        raise UserError(f"{path} is not a network.", str(error)[:200]) from error
    plan: Plan = []
    constants: dict[str, Tensor] = {}
    names: dict[str, str] = {}
    for number, node in enumerate(model.get_ordered_ops()):
        kind, key = node.get_type_name(), node.get_friendly_name()
        sources = [
            names[value.get_source_output().get_node().get_friendly_name()]
            for value in node.inputs()
        ]
        names[key] = f"v{number}"
        if kind == "Parameter":
            names[key] = "input"
        elif kind == "Constant":
            data = node.get_data()
            if np.issubdtype(data.dtype, np.floating):
                constants[f"v{number}"] = torch.from_numpy(data.astype(np.float32))
            else:  # shapes and axes
                step = {"name": f"v{number}", "kind": "Numbers", "inputs": []}
                plan.append({**step, "settings": {"numbers": data.flatten().tolist()}})
        elif kind in ("Convert", "Result"):  # constants are float32 already
            names[key] = sources[0]
        elif kind in _OPERATIONS:
            plan.append(
                {
                    "name": f"v{number}",
                    "kind": kind,
                    "inputs": sources,
                    "settings": _plain(node.get_attributes()),
                }
            )
        else:
            raise UserError(
                f"{path.name} has an operation that is not known: {kind}.",
                "Only the re-ID teacher of the model card can be run by torch.",
            )
    return PlannedNetwork(plan, constants)


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that JSON can hold."""
    return {
        name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for name, value in settings.items()
        if isinstance(value, bool | int | float | str | Sequence)
    }


def _ints(value: Value) -> list[int]:
    assert isinstance(value, list)
    return value


def _convolve(inputs: list[Value], settings: dict[str, Any], *, grouped: bool) -> Tensor:
    x, weight = inputs
    assert isinstance(x, Tensor) and isinstance(weight, Tensor)
    groups = weight.shape[0] if grouped else 1
    if grouped:  # (groups, out, in, h, w) -> (groups * out, in, h, w)
        weight = weight.flatten(0, 1)
    begin, end = settings["pads_begin"], settings["pads_end"]
    if list(begin) != list(end):
        x = functional.pad(x, (begin[1], end[1], begin[0], end[0]))
        begin = [0, 0]
    return functional.conv2d(
        x,
        weight.to(x.dtype),
        stride=tuple(settings["strides"]),
        padding=tuple(begin),
        dilation=tuple(settings["dilations"]),
        groups=groups,
    )


def _normalise(inputs: list[Value], settings: dict[str, Any]) -> Tensor:
    """Mean-variance normalisation, in float32 whatever is computed in."""
    x = inputs[0]
    assert isinstance(x, Tensor)
    axes = _ints(inputs[1])
    wide = x.float()
    variance, mean = torch.var_mean(wide, dim=axes, correction=0, keepdim=True)
    return ((wide - mean) * torch.rsqrt(variance + settings["eps"])).to(x.dtype)


def _pool(inputs: list[Value], settings: dict[str, Any], *, how: Callable[..., Tensor]) -> Tensor:
    return how(
        inputs[0],
        tuple(settings["kernel"]),
        stride=tuple(settings["strides"]),
        padding=tuple(settings["pads_begin"]),
    )


def _reshape(inputs: list[Value], settings: dict[str, Any]) -> Tensor:
    x = inputs[0]
    assert isinstance(x, Tensor)
    wanted = _ints(inputs[1])
    if settings.get("special_zero"):
        wanted = [x.shape[at] if side == 0 else side for at, side in enumerate(wanted)]
    # The file's shapes are for one picture; a batch has more.
    if wanted and wanted[0] == 1 and len(x) != 1:
        wanted[0] = len(x)
    return x.reshape(wanted)


def _gather(inputs: list[Value], _settings: dict[str, Any]) -> Value:
    values, rows, axis = inputs
    if isinstance(values, list):
        return [values[index] for index in _ints(rows)]
    return values.index_select(_ints(axis)[0], torch.tensor(_ints(rows), device=values.device))


def _concat(inputs: list[Value], settings: dict[str, Any]) -> Value:
    if all(isinstance(value, list) for value in inputs):
        return [number for value in inputs for number in _ints(value)]
    return torch.cat([value for value in inputs if isinstance(value, Tensor)], settings["axis"])


def _pair(inputs: list[Value], how: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    first, second = inputs
    assert isinstance(first, Tensor) and isinstance(second, Tensor)
    dtype = first.dtype if first.ndim >= second.ndim else second.dtype
    return how(first.to(dtype), second.to(dtype))


def _matmul(inputs: list[Value], settings: dict[str, Any]) -> Tensor:
    first, second = inputs
    assert isinstance(first, Tensor) and isinstance(second, Tensor)
    second = second.to(first.dtype)
    return first @ (second.T if settings["transpose_b"] else second)


def _prelu(inputs: list[Value], _settings: dict[str, Any]) -> Tensor:
    x, slope = inputs
    assert isinstance(x, Tensor) and isinstance(slope, Tensor)
    return torch.where(x > 0, x, x * slope.flatten()[0].to(x.dtype))


_OPERATIONS: dict[str, Callable[[list[Value], dict[str, Any]], Value]] = {
    "Numbers": lambda _, settings: list(settings["numbers"]),
    "Add": lambda inputs, _: _pair(inputs, torch.add),
    "Subtract": lambda inputs, _: _pair(inputs, torch.sub),
    "Multiply": lambda inputs, _: _pair(inputs, torch.mul),
    "MatMul": _matmul,
    "Convolution": lambda inputs, settings: _convolve(inputs, settings, grouped=False),
    "GroupConvolution": lambda inputs, settings: _convolve(inputs, settings, grouped=True),
    "Relu": lambda inputs, _: functional.relu(inputs[0]),  # type: ignore[arg-type]
    "PRelu": _prelu,
    "Sigmoid": lambda inputs, _: torch.sigmoid(inputs[0]),  # type: ignore[arg-type]
    "MVN": _normalise,
    "ReduceMean": lambda inputs, settings: inputs[0].mean(  # type: ignore[union-attr]
        dim=_ints(inputs[1]), keepdim=settings["keep_dims"]
    ),
    "MaxPool": lambda inputs, settings: _pool(inputs, settings, how=functional.max_pool2d),
    "AvgPool": lambda inputs, settings: _pool(inputs, settings, how=functional.avg_pool2d),
    "Reshape": _reshape,
    "ShapeOf": lambda inputs, _: list(inputs[0].shape),  # type: ignore[union-attr]
    "Gather": _gather,
    "Concat": _concat,
}
