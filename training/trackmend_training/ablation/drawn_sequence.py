"""A drawn street as a MOTChallenge sequence, for an ablation without data of one's own."""

from pathlib import Path

import numpy as np

from trackmend_core.synthetic import GroundTruth, StreetSettings, draw_street, write_ground_truth
from trackmend_training.pictures import write_jpeg

STREET = StreetSettings(
    width=480, height=352, frame_count=120, walkers=8, lookalikes=4, seed=2_004_018
)
NAME = "drawn-street"
DONE = "seqinfo.ini"


def draw_sequence(folder: Path, settings: StreetSettings = STREET) -> Path:
    """Draw the street into a folder, unless it is there already; return the sequence."""
    sequence = folder / NAME
    if (sequence / DONE).is_file():
        return sequence
    (sequence / "img1").mkdir(parents=True, exist_ok=True)
    (sequence / "gt").mkdir(exist_ok=True)
    counts, identities, boxes, visibilities = [], [], [], []
    for index, frame in enumerate(draw_street(settings)):
        path = sequence / "img1" / f"{index + 1:06d}.jpg"
        write_jpeg(path, frame.image)
        counts.append(len(frame.identities))
        identities.append(frame.identities)
        boxes.append(frame.boxes_xyxy)
        visibilities.append(frame.visibilities)
    truth = GroundTruth(
        frame_indices=np.repeat(np.arange(len(counts)), counts),
        identities=np.concatenate(identities),
        boxes_xyxy=np.concatenate(boxes),
        visibilities=np.concatenate(visibilities),
    )
    write_ground_truth(sequence / "gt" / "gt.txt", truth)
    (sequence / DONE).write_text(
        f"[Sequence]\nname={NAME}\nframeRate={settings.frame_rate:g}\n"
        f"seqLength={settings.frame_count}\n",
        encoding="ascii",
    )
    return sequence
