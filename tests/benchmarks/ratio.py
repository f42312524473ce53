"""Measures two ways of doing the same thing in turn, so that a drifting machine hits both."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch

RECORDED_GFLOPS = 178.0
"""What one 2048^3 multiplication reached in the hour in which the recorded baselines were taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Median seconds of a baseline and of ours, and how many times faster ours is."""

    what: str
    baseline: str
    baseline_s: float
    ours_s: float

    @property
    def times(self) -> float:
        return self.baseline_s / self.ours_s

    def __str__(self) -> str:
        return (
            f"{self.what}: {1e3 * self.ours_s:.2f} ms, {self.baseline}: "
            f"{1e3 * self.baseline_s:.2f} ms -> {self.times:.2f}x"
        )


def compare(
    what: str,
    ours: Callable[[], object],
    *,
    baseline: str,
    against: Callable[[], object],
    rounds: int = 9,
) -> Ratio:
    """Run both in turn, after one unmeasured round each, and print the ratio of the medians."""
    against_s, ours_s = medians_in_turn(against, ours, rounds=rounds)
    ratio = Ratio(what=what, baseline=baseline, baseline_s=against_s, ours_s=ours_s)
    print(ratio)
    return ratio


def medians_in_turn(*works: Callable[[], object], rounds: int) -> list[float]:
    """Return the median seconds of each, run in turn after one unmeasured round."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        for taken, work in zip(seconds, works, strict=True):
            started = time.perf_counter()
            work()
            if number:
                taken.append(time.perf_counter() - started)
    return [median(taken) for taken in seconds]


def torch_matrix_gflops() -> float:
    """Return what one 2048^3 multiplication in float32 reaches now, as it was recorded."""
    one, other = torch.rand(2, 2048, 2048)
    (taken,) = medians_in_turn(lambda: one @ other, rounds=9)
    return 2 * 2048**3 / taken / 1e9


def recorded(milliseconds: float, gflops: float) -> float:
    """Return a recorded time as seconds on a machine that is as fast as this one is now."""
    return milliseconds / 1e3 * RECORDED_GFLOPS / gflops


def best_matrix_gflops() -> float:
    """Return the most that any library here reaches: the machine's practical float32 limit."""
    from trackmend_core.backends.quiet_openvino import import_openvino

    openvino = import_openvino()
    operations = importlib.import_module("openvino.opset13")
    rows = np.random.default_rng(0).random((2048, 2048), dtype=np.float32)
    given = operations.parameter([2048, 2048], np.float32)
    product = operations.matmul(given, operations.constant(rows), False, False)
    compiled = openvino.Core().compile_model(
        openvino.Model([product], [given], "product"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    request = compiled.create_infer_request()
    tensor = torch.from_numpy(rows)
    taken = medians_in_turn(
        lambda: tensor @ tensor,
        lambda: rows @ rows,
        lambda: request.infer([rows], share_inputs=True),
        rounds=9,
    )
    return 2 * 2048**3 / min(taken) / 1e9
