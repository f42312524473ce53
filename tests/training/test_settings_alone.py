"""Where only the tracker's settings are fitted, all corrected frames choose them and judge them."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from corrected_project import FRAME_COUNT, EditedStreet, taught_settings_alone

from trackmend_core.jobs import held_out
from trackmend_core.jobs.recommended import METADATA_KEY
from trackmend_core.model import load_checkpoint
from trackmend_training import conclude
from trackmend_training.association import Association, SeenStretch
from trackmend_training.conclude import _Judged

SURER = Association(memory_factor=1.0, lost_match_by_overlap=False, birth_rise=0.2)


def judged(*, idf1: float, mota: float, switches: int) -> _Judged:
    clear = SimpleNamespace(idf1=idf1, mota=mota, id_switches=switches)
    answer: Any = SimpleNamespace(scores=SimpleNamespace(clear=clear))
    return _Judged(answer_here=lambda: answer, answer_elsewhere=lambda: answer)


def test_settings_are_better_by_their_worth_and_if_that_is_equal_by_fewer_switches() -> None:
    usual = judged(idf1=0.8, mota=0.7, switches=3)
    assert judged(idf1=0.82, mota=0.7, switches=4).is_better_than(usual)
    assert not judged(idf1=0.78, mota=0.7, switches=1).is_better_than(usual)
    assert judged(idf1=0.8, mota=0.7, switches=2).is_better_than(usual)
    assert not judged(idf1=0.8, mota=0.7, switches=3).is_better_than(usual)


@pytest.mark.usefixtures("judged_at_once")
@pytest.mark.parametrize("is_proven", [True, False])
def test_settings_alone_are_kept_only_if_they_do_better(
    edited_street: EditedStreet,
    base_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_proven: bool,
) -> None:
    monkeypatch.setattr(conclude, "ways_to_associate", lambda *_: (SURER,))
    monkeypatch.setattr(_Judged, "is_better_than", lambda *_: is_proven)
    path, _, reason = taught_settings_alone(edited_street, base_model)
    model = load_checkpoint(path)
    if is_proven:
        (scene,) = model.scenes
        assert "birth_score_threshold" in scene.metadata[METADATA_KEY]
        assert reason.startswith("The network is as it was")
    else:
        assert model.scenes == ()
        assert reason.startswith("Nothing is new")


@pytest.mark.usefixtures("judged_at_once")
def test_settings_alone_are_chosen_and_judged_by_every_corrected_frame(
    edited_street: EditedStreet, base_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No network has learnt from any of them; a fifth would be too few boxes to judge by."""
    monkeypatch.setattr(held_out, "FEWEST_TO_HOLD_OUT", 2)
    monkeypatch.setattr(held_out, "GUARD_FRAMES", 1)
    seen = []

    def choose(here: SeenStretch, _elsewhere: SeenStretch | None) -> tuple[Association, ...]:
        seen.append(here)
        return (SURER,)

    monkeypatch.setattr(conclude, "ways_to_associate", choose)
    path, _, _ = taught_settings_alone(edited_street, base_model)
    (here,) = seen
    assert here.stretch.left_out is None
    assert [frame for frame, _ in here.frames] == list(range(FRAME_COUNT))
    report = json.loads((path.parent / "report.json").read_text(encoding="utf-8"))
    assert report["frames"] == [0, FRAME_COUNT - 1]
    assert report["is_seen"], "which the report says"
