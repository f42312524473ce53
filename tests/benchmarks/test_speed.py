"""How fast the networks and the way from them to detections are; `make bench` prints the table."""

import time

import pytest
import torch
from networks import (
    OFFICIAL_WH,
    dla34,
    eager,
    gflop,
    light,
    official_input,
    street_frames,
    worst_difference,
)
from plain_decode import plain_decode
from ratio import (
    Ratio,
    best_matrix_gflops,
    compare,
    medians_in_turn,
    recorded,
    torch_matrix_gflops,
)
from table import BenchTable

from trackmend_core.backends import Calibration, OpenVinoBackend
from trackmend_core.model import CalibrationImages, Detector, decode

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]
AT_ONCE = 6


def test_dla34_exact_and_fast(table: BenchTable) -> None:
    network, batch = dla34().network, official_input()
    plain = eager(network, batch)
    exact = OpenVinoBackend(network, "float32")
    fast = OpenVinoBackend(
        network,
        "fast",
        calibration=Calibration(name="bench", inputs=lambda: [batch]),
    )
    difference = worst_difference(exact.run(batch), plain())
    assert difference < 1e-3
    baseline = "torch eager with `torchvision.ops.deform_conv2d`"
    ratio = compare(
        f"DLA-34 at 1088x608, exact (heads within {difference:.0e})",
        lambda: exact.heads(batch),
        baseline=baseline,
        against=plain,
        rounds=3,
    )
    table.add(ratio, at_least=4)
    arithmetic, limit = gflop(network, batch), best_matrix_gflops()
    reached = arithmetic / ratio.ours_s
    table.note(
        f"The exact mode reaches {reached / limit:.0%} of the machine's float32 limit: "
        f"{arithmetic:.0f} GFLOP a frame, {reached:.0f} GFLOP/s; the best multiplication of two "
        f"2048x2048 matrices by torch, numpy or OpenVINO reaches {limit:.0f} GFLOP/s."
    )
    table.add(
        compare(
            "DLA-34 at 1088x608, fast (int8, deformable convolutions float32)",
            lambda: fast.heads(batch),
            baseline=baseline,
            against=plain,
            rounds=3,
        ),
        at_least=8,
    )


def test_the_light_network(table: BenchTable) -> None:
    model, frame = light(), street_frames(640, 480)[0]
    frames = [frame] * AT_ONCE
    plain = Detector(model, backend="torch", device="cpu")
    exact = Detector(model, backend="openvino")
    fast = Detector(
        model,
        backend="openvino",
        precision="fast",
        calibration=CalibrationImages(name="bench", read=lambda: [frame]),
    )
    for title, detector in (("exact", exact), ("fast", fast)):
        alone = compare(
            f"light network, 640x480, {title}, whole `detect`",
            lambda detector=detector: detector.detect(frame),  # type: ignore[misc]
            baseline="torch eager",
            against=lambda: plain.detect(frame),
        )
        table.add(alone)
        together = compare(
            f"light network, 640x480, {title}, `detect_many` a frame",
            lambda detector=detector: list(detector.detect_many(frames)),  # type: ignore[misc]
            baseline=f"`detect`, {title}",
            against=lambda detector=detector: [detector.detect(one) for one in frames],  # type: ignore[misc]
        )
        table.add(
            Ratio(
                what=together.what,
                baseline=together.baseline,
                baseline_s=together.baseline_s / AT_ONCE,
                ours_s=together.ours_s / AT_ONCE,
            )
        )


def test_decode(table: BenchTable) -> None:
    drawn = torch.Generator().manual_seed(0)
    height, width = OFFICIAL_WH[1] // 4, OFFICIAL_WH[0] // 4
    heads = {
        name: torch.randn(1, channels, height, width, generator=drawn)
        for name, channels in {"hm": 1, "wh": 4, "reg": 2, "id": 128}.items()
    }
    ours, (boxes, scores, _, embeddings) = decode(heads), plain_decode(heads, count=500)
    torch.testing.assert_close(torch.from_numpy(ours.boxes_xyxy), boxes, atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.from_numpy(ours.scores), scores, atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.from_numpy(ours.embeddings), embeddings, atol=1e-6, rtol=0)
    ratio = compare(
        "decode + top-k + gather, 1088x608, K 500",
        lambda: decode(heads),
        baseline="the rule written plainly in torch",
        against=lambda: plain_decode(heads, count=500),
        rounds=30,
    )
    table.add(ratio, at_least=5)
    gflops = torch_matrix_gflops()
    (by_itself,) = medians_in_turn(lambda: decode(heads), rounds=50)
    for what, ours_s in (("by itself", by_itself), ("caches emptied in between", ratio.ours_s)):
        table.add(
            Ratio(
                what=f"{ratio.what}, {what}",
                baseline=f"released code, 11.2 ms at 178 GFLOP/s, scaled to {gflops:.0f}",
                baseline_s=recorded(11.2, gflops),
                ours_s=ours_s,
            ),
            at_least=5,
        )


def test_dla34_on_a_graphics_card(table: BenchTable) -> None:
    what = "DLA-34 at 1088x608 on CUDA, whole `detect_many`"
    if not torch.cuda.is_available():
        table.say(
            what, ours="not measured", baseline="the paper's 30 frames a second", ratio="", floor=""
        )
        return
    frames = street_frames(1920, 1080, count=4) * 16
    detector = Detector(dla34(), backend="torch", device="cuda", precision="auto")
    list(detector.detect_many(frames))
    started_s = time.perf_counter()
    list(detector.detect_many(frames))
    speed = len(frames) / (time.perf_counter() - started_s)
    table.say(
        what,
        ours=f"{speed:.0f} frames a second",
        baseline="the paper's 30 frames a second (RTX 2080 Ti)",
        ratio=f"{speed / 30:.1f}x",
        floor="",
    )
