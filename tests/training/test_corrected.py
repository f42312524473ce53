"""What a person corrected is what is learnt: deleted boxes are wrong, unused detections neither."""

from dataclasses import replace

import numpy as np
import pytest
from corrected_project import FRAME_COUNT, QUICK, REID_DIM, EditedStreet, start_street_run

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import AddBox, DeleteTrack, SwapTracks
from trackmend_core.synthetic import write_video
from trackmend_core.types import FrameDetections, RunId, TrackedBox
from trackmend_core.video import fingerprint
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.corrected import (
    CorrectedRun,
    corrected_runs,
    read_corrected_run,
)
from trackmend_training.datasets.made import read_project
from trackmend_training.training_set import build_training_set


def read(street: EditedStreet, *, max_frames: int = FRAME_COUNT) -> CorrectedRun:
    return read_corrected_run(
        street.project,
        street.run_id,
        folder=street.folder / "images",
        max_frames=max_frames,
        frames_around_edit=2,
    )


def test_images_show_the_video_and_its_boxes(edited_street: EditedStreet) -> None:
    corrected = read(edited_street)
    assert len(corrected.images) == FRAME_COUNT
    assert corrected.edit_count == 0
    for frame_index, image in enumerate(corrected.images):
        drawn = edited_street.frames[frame_index]
        np.testing.assert_allclose(image.boxes_xyxy, drawn.boxes_xyxy, atol=1e-3)
        difference = np.abs(image.read().astype(int) - drawn.image.astype(int)).mean()
        assert difference < 12


def test_a_swap_changes_who_is_who(edited_street: EditedStreet) -> None:
    before = read(edited_street)
    first, second = edited_street.project.tracks(edited_street.run_id)[:2]
    edited_street.project.edit(
        SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=6)
    )
    after = read(edited_street)
    assert after.edit_count == 1
    for frame_index, (old, new) in enumerate(zip(before.images, after.images, strict=True)):
        old_of = dict(zip(old.identities.tolist(), old.boxes_xyxy[:, 0].tolist(), strict=True))
        new_of = dict(zip(new.identities.tolist(), new.boxes_xyxy[:, 0].tolist(), strict=True))
        if frame_index < 6:
            assert new_of == old_of
        else:
            assert (new_of[0], new_of[1]) == (old_of[1], old_of[0])


def test_what_a_person_deleted_is_background(edited_street: EditedStreet) -> None:
    track = edited_street.project.tracks(edited_street.run_id)[0]
    gone = edited_street.project.boxes_of_track(track.track_id)[0]
    edited_street.project.edit(DeleteTrack(track_id=track.track_id))
    image = read(edited_street).images[gone.frame_index]
    everything = np.concatenate([image.boxes_xyxy, image.ignored_xyxy])
    assert not np.isclose(everything, gone.box_xyxy, atol=1e-3).all(axis=1).any()


def test_a_detection_that_was_never_used_is_neither_right_nor_wrong(
    edited_street: EditedStreet,
) -> None:
    for image in read(edited_street).images:
        np.testing.assert_allclose(image.ignored_xyxy, [edited_street.unused_xyxy], atol=1e-3)


def test_where_somebody_is_only_expected_nothing_is_taught(edited_street: EditedStreet) -> None:
    street = edited_street
    people = np.array([[10.0, 50.0, 40.0, 140.0], [60.0, 50.0, 90.0, 140.0]])
    with start_street_run(street.project, street.video_id) as writer:
        for frame in range(8):
            count = 1 if frame == 4 else 2
            seen = FrameDetections(people[:count], [0.9] * count, np.eye(count, REID_DIM))
            tracked = [
                TrackedBox(
                    track_id=row + 1,
                    box_xyxy=box,
                    score=0.9,
                    detection_index=row if row < count else None,
                )
                for row, box in enumerate(people)
            ]
            writer.write(frame, seen, tracked)
    images = read(replace(street, run_id=writer.run_id)).images
    assert [len(image.boxes_xyxy) for image in images] == [2, 2, 2, 2, 1, 2, 2, 2]
    np.testing.assert_allclose(images[4].ignored_xyxy, people[1:])


def test_a_box_that_a_person_drew_counts_though_it_is_alone(edited_street: EditedStreet) -> None:
    drawn = (5.0, 5.0, 40.0, 90.0)
    edited_street.project.edit(
        AddBox(run_id=edited_street.run_id, frame_index=4, box_xyxy=drawn, track_id=None)
    )
    image = read(edited_street).images[4]
    rows = np.isclose(image.boxes_xyxy, drawn, atol=1e-3).all(axis=1)
    assert rows.sum() == 1
    assert image.teacher is not None
    assert np.abs(image.teacher[rows]).max() == 0
    assert np.abs(image.teacher[~rows]).max() > 0


def test_a_run_without_boxes_teaches_nothing(edited_street: EditedStreet) -> None:
    empty = edited_street.empty_run()
    with pytest.raises(UserError, match="nothing to learn from"):
        read_corrected_run(
            edited_street.project,
            empty,
            folder=edited_street.folder / "images",
            max_frames=4,
            frames_around_edit=2,
        )


def test_nothing_is_learnt_from_a_video_that_was_replaced(edited_street: EditedStreet) -> None:
    frames = [drawn.image for drawn in edited_street.frames]
    write_video(edited_street.folder / "street.mp4", frames[:-2], frame_rate=25.0)
    with pytest.raises(UserError, match="not the video that was tracked"):
        read(edited_street)
    assert not list((edited_street.folder / "images").glob("*.jpg"))


def test_project_tells_frames_of_edits_that_count(edited_street: EditedStreet) -> None:
    project: Project = edited_street.project
    run_id: RunId = edited_street.run_id
    track = project.tracks(run_id)[0]
    project.edit(DeleteTrack(track_id=track.track_id))
    assert project.frames_of_edits(run_id) == [(track.first_frame, track.last_frame)]
    project.undo()
    assert project.frames_of_edits(run_id) == []


def test_a_video_that_nobody_has_looked_at_teaches_nothing_beside_one_that_was_corrected(
    edited_street: EditedStreet,
) -> None:
    project = edited_street.project
    path = edited_street.folder / "unseen.mp4"
    write_video(path, (frame.image[::-1] for frame in edited_street.frames), 25)
    known = project.videos()[0]
    other = project.add_video(replace(known, path=path, fingerprint=fingerprint(path)))
    with start_street_run(project, other) as writer:
        writer.write(0, FrameDetections.empty(REID_DIM), [])
    told: list[str] = []
    assert corrected_runs(project, tell=told.append) == [edited_street.run_id, writer.run_id]
    assert told == []
    first, second = project.tracks(edited_street.run_id)[:2]
    project.edit(SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=6))
    assert corrected_runs(project, tell=told.append) == [edited_street.run_id]
    assert len(told) == 1 and "Nothing is learnt from unseen.mp4" in told[0]
    raw = read_project(SourceConfig(path=str(project.path), kind="project"))
    assert {image.scope for image in raw.images} == {f"run{edited_street.run_id}"}
    assert raw.notes == told


def test_two_runs_of_a_video_are_not_learnt_from_together(edited_street: EditedStreet) -> None:
    """One would learn the frames that judge the other, and that a person is two."""
    twice = [edited_street.run_id, edited_street.empty_run()]
    with pytest.raises(UserError, match="of the same video"):
        build_training_set(
            edited_street.project,
            run_ids=twice,
            folder=edited_street.folder / "images",
            config=QUICK,
            reid_dim=REID_DIM,
        )
