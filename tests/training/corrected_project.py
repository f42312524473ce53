"""A drawn video in a project, tracked perfectly, with one detection a frame that no track uses."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from trackmend_core.project import Project, VideoInfo
from trackmend_core.project.run_writer import RunWriter
from trackmend_core.synthetic import StreetFrame, StreetSettings, draw_street, write_video
from trackmend_core.types import FrameDetections, RunId, TrackedBox, VideoId
from trackmend_core.video import fingerprint
from trackmend_training.config import FinetuneConfig
from trackmend_training.finetune import finetune
from trackmend_training.protocol import Finished, Message

FRAME_COUNT = 10
STREET = StreetSettings(
    width=320, height=256, frame_count=FRAME_COUNT, walkers=4, lookalikes=0, seed=11
)
REID_DIM = 16
QUICK = FinetuneConfig(
    steps=4,
    batch_size=2,
    max_frames=4,
    replay_frames=1,
    crop_wh=(128, 128),
    learning_rate=1e-3,
    check_frames=2,
    fewest_boxes=0,
    blends=(1.0,),
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EditedStreet:
    """A project to correct and learn from.

    Attributes:
        unused_xyxy: a detection in every frame that never became a box.
    """

    project: Project
    video_id: VideoId
    run_id: RunId
    frames: list[StreetFrame]
    folder: Path
    unused_xyxy: tuple[float, float, float, float]

    def empty_run(self) -> RunId:
        """Add a run in which nothing was seen and return it."""
        with start_street_run(self.project, self.video_id) as writer:
            writer.write(0, FrameDetections.empty(REID_DIM), [])
        return writer.run_id


@cache
def drawn_once() -> tuple[list[StreetFrame], bytes]:
    """Return the frames of the street and the video file of them."""
    frames = list(draw_street(STREET))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "street.mp4"
        write_video(path, (frame.image for frame in frames), STREET.frame_rate)
        return frames, path.read_bytes()


def make_edited_street(folder: Path) -> EditedStreet:
    frames, video = drawn_once()
    path = folder / "street.mp4"
    path.write_bytes(video)
    project = Project.create(folder / "street.trackmend")
    video_id = project.add_video(
        VideoInfo(
            path=path,
            fingerprint=fingerprint(path),
            frame_count=FRAME_COUNT,
            frame_rate=STREET.frame_rate,
            width=STREET.width,
            height=STREET.height,
        )
    )
    unused = (300.0, 4.0, 316.0, 44.0)
    directions = np.eye(STREET.walkers + 1, REID_DIM, dtype=np.float32)
    with start_street_run(project, video_id) as writer:
        for index, frame in enumerate(frames):
            boxes = np.concatenate([frame.boxes_xyxy, [unused]])
            scores = np.full(len(boxes), 0.9, np.float32)
            scores[-1] = 0.15
            rows = np.append(frame.identities - 1, STREET.walkers)
            tracked = [
                TrackedBox(
                    track_id=int(identity),
                    box_xyxy=np.asarray(box, np.float64),
                    score=0.9,
                    detection_index=row,
                )
                for row, (identity, box) in enumerate(
                    zip(frame.identities, frame.boxes_xyxy, strict=True)
                )
            ]
            writer.write(index, FrameDetections(boxes, scores, directions[rows]), tracked)
    return EditedStreet(
        project=project,
        video_id=video_id,
        run_id=writer.run_id,
        frames=frames,
        folder=folder,
        unused_xyxy=unused,
    )


def start_street_run(project: Project, video_id: VideoId) -> RunWriter:
    """Begin a run of the drawn street."""
    return project.start_run(
        video_id, model_id=None, tracker_settings={}, detector_settings={}, description="drawn"
    )


def taught_settings_alone(street: EditedStreet, base: Path) -> tuple[Path, list[Message], str]:
    """Teach what is too little for a network; return the model, what was told, and the reason."""
    messages: list[Message] = []
    path = finetune(
        street.project.path,
        out_dir=street.folder / "out",
        config=replace(QUICK, fewest_boxes=100_000),
        base=base,
        emit=messages.append,
    )
    last = messages[-1]
    assert path is not None and isinstance(last, Finished)
    return path, messages, str(last.summary["reason"])
