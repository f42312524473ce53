"""A project as large as the window promises to bear: two million boxes in 100 000 frames."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from trackmend_core.project import Project, RunStatus, VideoInfo
from trackmend_core.types import RunId

FRAMES, PEOPLE, TRACKS = 100_000, 20, 1_000
BOXES_TOLD = "100 000 frames, 1 000 tracks, 2 000 000 boxes"
LONG = 2
"""So many tracks go through the whole video; the others share the remaining places."""
EMBEDDING_DIM = 8
WIDTH, HEIGHT = 1920, 1080


def stretches() -> list[tuple[int, int, int]]:
    """Return (place, first, last frame) of every track; each place holds one at a time."""
    found = [(place, 0, FRAMES - 1) for place in range(LONG)]
    left, places = TRACKS - LONG, PEOPLE - LONG
    for number in range(places):
        count = left // places + (number < left % places)
        cuts = np.linspace(0, FRAMES, count + 1).astype(int)
        found += [(LONG + number, int(a), int(b) - 1) for a, b in pairwise(cuts)]
    return found


def corners(place: int, frame: int) -> tuple[float, float, float, float]:
    """Return the box of a place in a frame: everybody walks to and fro on a line of his own."""
    x = 40 + 85 * place + 40 * np.sin(frame / 50 + place)
    y = 100 + 30 * place % 700
    return float(x), float(y), float(x) + 60, float(y) + 180


def write_large_project(path: Path) -> RunId:
    """Write the project in bulk, past the run writer, and return its run."""
    with Project.create(path) as project:
        video_id = project.add_video(
            VideoInfo(
                path=path.parent / "long.mp4",
                fingerprint="long",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=WIDTH,
                height=HEIGHT,
            )
        )
        writer = project.start_run(
            video_id,
            model_id=None,
            tracker_settings={},
            detector_settings={},
            description="generated",
        )
        with project._database.writing() as connection:
            run = connection.connection.driver_connection
            assert run is not None
            run.execute("INSERT INTO recorder (edit_id) VALUES (0)")
            tracks = [(number, writer.run_id, number) for number in range(1, TRACKS + 1)]
            run.executemany(
                "INSERT INTO tracks (id, run_id, number, label) VALUES (?,?,?,'')", tracks
            )
            run.executemany(
                "INSERT INTO run_tracks (id, run_id, tracker_id, number) VALUES (?,?,?,?)",
                [(*track, track[2]) for track in tracks],
            )
            run.executemany(
                "INSERT INTO boxes (id, run_id, track_id, frame_index, x1, y1, x2, y2, score,"
                " source, class_id, detection_id) VALUES (?,?,?,?,?,?,?,?,?,'model',0,?)",
                _boxes(writer.run_id),
            )
            run.executemany(
                "INSERT INTO frame_detections (run_id, frame_index, first_detection_id,"
                " detection_count, embedding_dim, after_edit_id, boxes, scores, class_ids,"
                " embeddings) VALUES (?,?,?,?,?,0,?,?,?,?)",
                _frames(writer.run_id),
            )
            run.execute("UPDATE runs SET next_frame = ?, first_frame = 0", (FRAMES,))
            run.execute("DELETE FROM recorder")
        writer.next_frame = FRAMES
        writer.finish(RunStatus.FINISHED)
        _summarise(project)
        return writer.run_id


def _summarise(project: Project) -> None:
    from trackmend_core.project.summaries import refresh_summaries
    from trackmend_core.types import TrackId

    with project._database.writing() as connection:
        refresh_summaries(connection, [TrackId(number) for number in range(1, TRACKS + 1)])


def _boxes(run_id: RunId) -> Iterator[tuple[object, ...]]:
    box_id = 0
    for track, (place, first, last) in enumerate(stretches(), 1):
        for frame in range(first, last + 1):
            box_id += 1
            detection = frame * PEOPLE + place + 1
            yield (box_id, run_id, track, frame, *corners(place, frame), 0.9, detection)


def _frames(run_id: RunId) -> Iterator[tuple[object, ...]]:
    vectors = np.eye(PEOPLE, EMBEDDING_DIM) + 0.1
    embeddings = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f2").tobytes()
    scores = np.full(PEOPLE, 0.9, "<f4").tobytes()
    classes = np.zeros(PEOPLE, "<i4").tobytes()
    for frame in range(FRAMES):
        boxes = np.array([corners(place, frame) for place in range(PEOPLE)], "<f4").tobytes()
        first = frame * PEOPLE + 1
        yield (run_id, frame, first, PEOPLE, EMBEDDING_DIM, boxes, scores, classes, embeddings)
