"""The model that ships: small, documented, and able to find and follow people it has not seen."""

from pathlib import Path

import numpy as np
import pytest

from trackmend_core.evaluation import evaluate_clear
from trackmend_core.exchange import read_mot
from trackmend_core.geometry import iou_matrix
from trackmend_core.jobs import recommended_settings
from trackmend_core.model import Detector, LoadedModel, load_checkpoint
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.tracking import Tracker
from trackmend_core.types import MotTable
from trackmend_core.video import open_video
from trackmend_resources import resource_path

MODEL = resource_path("models", "trackmend-light.safetensors")
CARD = resource_path("models", "trackmend-light.md")
LARGEST_BYTES = 12 * 1024 * 1024
FLOORS = {"TUD-Stadtmitte": (0.80, 0.80), "TUD-Campus": (0.75, 0.82)}
"""MOTA and IDF1 that the model must reach on sequences it was not trained on."""


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_checkpoint(MODEL)


def test_the_bundled_model_is_small_and_says_what_it_is(model: LoadedModel) -> None:
    assert MODEL.stat().st_size <= LARGEST_BYTES
    assert model.name == "trackmend-light"
    assert (model.arch, model.ltrb, model.num_classes) == ("mobilenetv2_fpn", True, 1)


def test_the_card_names_every_source_and_its_licence(model: LoadedModel) -> None:
    card = CARD.read_text(encoding="utf-8")
    for source in ("street", "COCO", "Intel", "CC BY 4.0", "ImageNet", "YOLOX", "Apache-2.0"):
        assert source in card, source
    for section in ("## Data", "## Recipe", "## Figures", "## Limits", "## Licence"):
        assert section in card, section


def test_it_finds_most_people_in_a_street_it_has_not_seen(model: LoadedModel) -> None:
    threshold = recommended_settings(model.metadata, frame_rate=25).score_threshold
    detector = Detector(model, backend="torch", device="cpu")
    seen = found = wrong = 0
    for frame in draw_street(StreetSettings(frame_count=76, seed=77), every=15):
        detections = detector.detect(frame.image)
        boxes = detections.boxes_xyxy[detections.scores > threshold].astype(np.float64)
        overlap = iou_matrix(frame.boxes_xyxy.astype(np.float64), boxes)
        clear = frame.visibilities > 0.6
        seen += int(clear.sum())
        found += int((overlap.max(axis=1, initial=0) > 0.5)[clear].sum())
        wrong += int((overlap.max(axis=0, initial=0) < 0.3).sum())
    assert seen >= 10
    assert found >= 0.8 * seen, f"{found} of {seen}"
    assert wrong <= 0.2 * seen, f"{wrong} boxes on nobody, {seen} people"


@pytest.mark.parametrize("sequence", FLOORS)
def test_it_follows_people_in_sequences_it_has_not_seen(
    sequence: str, model: LoadedModel, shared_dir: Path, tmp_path: Path
) -> None:
    folder = shared_dir / "data" / sequence
    detector = Detector(model)
    rows: list[tuple[int, int, float, float, float, float]] = []
    with open_video(folder / f"{sequence}.mp4", cache_dir=tmp_path) as video:
        tracker = Tracker(recommended_settings(model.metadata, frame_rate=video.frame_rate))
        for index in range(video.frame_count):
            for tracked in tracker.step(detector.detect(video.read(index))):
                x1, y1, x2, y2 = tracked.box_xyxy.tolist()
                rows.append((index + 1, tracked.track_id, x1, y1, x2 - x1, y2 - y1))
    truth = read_mot(folder / "gt" / "gt.txt", is_ground_truth=True)
    scores = evaluate_clear(truth, _as_table(rows, folder=tmp_path))
    mota, idf1 = FLOORS[sequence]
    assert scores.mota >= mota, scores
    assert scores.idf1 >= idf1, scores


def _as_table(rows: list[tuple[int, int, float, float, float, float]], *, folder: Path) -> MotTable:
    path = folder / "result.txt"
    lines = (",".join(map(str, (*row, 1, -1, -1, -1))) for row in rows)
    path.write_text("\n".join(lines))
    return read_mot(path)
