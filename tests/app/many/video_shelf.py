"""Short videos whose detections are given, so that a queue needs no network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trackmend_core.synthetic import write_video

NAMES = ("v1", "v2", "v10", "v11")


@dataclass(frozen=True)
class Shelf:
    """A folder of videos and one of detections for them."""

    videos: Path
    detections: Path
    frames: int

    def arguments(self, out: Path, *more: str) -> list[str]:
        given = ["--detections", str(self.detections), "--no-embeddings"]
        return ["track", str(self.videos), *given, "--out", str(out), *more]


def draw_shelf(root: Path, *, frames: int) -> Shelf:
    shelf = Shelf(root / "videos", root / "boxes", frames)
    shelf.videos.mkdir()
    shelf.detections.mkdir()
    for number, name in enumerate(NAMES):
        images = (np.full((32, 64, 3), (9 * number + i) % 250, np.uint8) for i in range(frames))
        write_video(shelf.videos / f"{name}.mp4", images, 25.0)
        rows = [
            f"{frame + 1},-1,{2 * frame + 40 * person},{60 * person},20,50,0.9"
            for frame in range(frames)
            for person in range(1 + number)
        ]
        (shelf.detections / f"{name}.txt").write_text("\n".join(rows) + "\n")
    return shelf
