"""Arithmetic is chosen for the device unless the configuration says which."""

import pytest
import torch

from trackmend_training import precision
from trackmend_training.precision import choose_precision


@pytest.mark.parametrize("named", ["32-true", "bf16-mixed"])
def test_a_named_precision_stays(named: str) -> None:
    assert choose_precision(named, accelerator="cpu") == named


@pytest.mark.parametrize(("has_it", "chosen"), [(True, "bf16-mixed"), (False, "32-true")])
def test_a_cpu_gets_bfloat16_only_where_it_multiplies_it_itself(
    has_it: bool, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_CPU_CHECKS", ("_is_amx_tile_supported",))
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: has_it, raising=False)
    assert choose_precision("auto", accelerator="cpu") == chosen


def test_a_card_that_only_emulates_bfloat16_gets_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_supported(including_emulation: bool = True) -> bool:
        return including_emulation

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)
    assert choose_precision("auto", accelerator="auto") == "32-true"


def test_a_cpu_of_which_torch_knows_nothing_gets_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "_CPU_CHECKS", ("_no_such_check",))
    assert choose_precision("auto", accelerator="cpu") == "32-true"


def test_other_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no precision"):
        choose_precision("16", accelerator="cpu")
