"""What a graphics card does to a run, as far as it shows without one."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.backends import TorchBackend, choose_backend
from trackmend_core.backends.card_trouble import CardMemoryError, card_trouble_told
from trackmend_core.backends.fingerprints import machine_fingerprint
from trackmend_core.errors import UserError


class Striding(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"hm": x[:, :, ::4, ::4]}


class Failing(nn.Module):
    """Fails as a card does."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        raise self.error


INPUT = np.zeros((1, 3, 32, 32), np.float32)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."), "too little"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "too little"),
        (torch.AcceleratorError("CUDA error: no kernel image\nCompile with"), "no kernel image."),
        (NotImplementedError("'torchvision::x' is not implemented for MPS"), "operation"),
    ],
)
def test_what_a_card_cannot_do_is_told_with_what_to_do_next(error: Exception, said: str) -> None:
    with pytest.raises(UserError, match=said) as told:
        TorchBackend(Failing(error), "cpu").run(INPUT)
    assert "CPU" in told.value.hint
    assert "\n" not in str(told.value)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"):
        TorchBackend(Failing(RuntimeError("shapes differ")), "cpu").run(INPUT)


def test_a_card_without_memory_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(TorchBackend):
        def __init__(self, network: nn.Module, device: str, **_: object) -> None:
            super().__init__(network, "cpu")
            self.is_card = device != "cpu"

        def run(self, batch: np.ndarray) -> dict[str, np.ndarray]:
            if self.is_card:
                with card_trouble_told():
                    raise torch.OutOfMemoryError("CUDA out of memory")
            return super().run(batch)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr("trackmend_core.backends.choose.TorchBackend", Full)
    monkeypatch.setattr("trackmend_core.backends.choose.OpenVinoBackend", Full)
    assert choose_backend(Striding()).description.startswith("CPU")
    assert "too little free memory" in caplog.text


class RoomForOne(TorchBackend):
    """A card whose memory holds one input at a time."""

    def __init__(self) -> None:
        super().__init__(Striding(), "cpu")
        self._device = SimpleNamespace(type="meta card")  # type: ignore[assignment]
        self.handed: list[int] = []

    def heads(self, batch: np.ndarray) -> Mapping[str, Tensor]:
        self.handed.append(len(batch))
        if len(batch) > 1:
            raise CardMemoryError("too little")
        return Striding()(torch.from_numpy(batch))


def test_a_card_with_room_for_one_frame_goes_on_with_one_at_a_time() -> None:
    card = RoomForOne()
    inputs = [np.full((1, 3, 32, 32), number, np.float32) for number in range(10)]
    found = [float(heads["hm"].max()) for heads in card.heads_of_each(iter(inputs))]
    assert found == list(range(10))
    assert card.handed == [4] + [1] * 10


def test_a_card_with_room_for_no_frame_says_so_after_what_came_before() -> None:
    class Filling(RoomForOne):
        def heads(self, batch: np.ndarray) -> Mapping[str, Tensor]:
            if batch.max() >= 6:
                raise CardMemoryError("too little")
            return super().heads(batch)

    def inputs() -> Iterator[np.ndarray]:
        for number in range(10):
            yield np.full((1, 3, 32, 32), number, np.float32)

    found: list[float] = []
    with pytest.raises(CardMemoryError):
        found.extend(float(heads["hm"].max()) for heads in Filling().heads_of_each(inputs()))
    assert found == list(range(6))


def test_float32_is_not_rounded_to_tf32() -> None:
    """Torch lets CUDA's convolutions round as float16 does, unless it is told not to."""
    convolutions = torch.backends.cudnn.conv
    seen: list[str] = []

    class Asking(Striding):
        def forward(self, x: Tensor) -> dict[str, Tensor]:
            seen.append(convolutions.fp32_precision)
            return super().forward(x)

    before = convolutions.fp32_precision
    TorchBackend(Asking(), "cpu").run(INPUT)
    assert seen == ["ieee"]
    assert convolutions.fp32_precision == before


def test_a_card_whose_driver_is_too_old_does_not_keep_the_cpu_from_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The driver still counts it."""

    def refuse(_: int) -> str:
        raise RuntimeError("The NVIDIA driver on your system is too old")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", refuse)
    assert "[]" in machine_fingerprint()
