"""One bit that turned on the disk is told once a day, and nothing that a person did."""

import os
import struct
from pathlib import Path

import pytest
from project_scenes import add_street, box_at, record_run, track_numbered

from trackmend_core.project import Project
from trackmend_core.project.altered import altered_boxes, damage
from trackmend_core.project.backups import KEEP, list_backups, make_backup
from trackmend_core.project.edits import DeleteTrack, SetBox, SwapTracks
from trackmend_core.types import RunId


def flip_a_bit(path: Path, number: float) -> None:
    """Turn one bit of the last copy of a number in a file, as a failing disk does."""
    content = path.read_bytes()
    stored = struct.pack(">d", number)
    place = content.rindex(stored)
    turned = bytes([stored[0], stored[1], stored[2] ^ 1, *stored[3:]])
    path.write_bytes(content[:place] + turned + content[place + 8 :])


def aged(path: Path) -> None:
    """Let a backup be of the day before yesterday."""
    then = path.stat().st_mtime - 2 * 24 * 3600
    os.utime(path, (then, then))


def test_a_turned_bit_is_told_with_the_backup_that_has_it_not(
    project: Project, run_id: RunId
) -> None:
    good = project.back_up()
    aged(good)
    number = box_at(project, run_id, 1, 10).box_xyxy[0]
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    path = project.path
    project.close()
    flip_a_bit(path, number)
    with Project.open(path) as again:
        assert again.damage is not None
        assert "1 boxes changed that nobody edited" in again.damage.message
        assert str(good) in again.damage.hint
        assert len(list_backups(path)) == 2
    with Project.open(path) as again:
        assert again.damage is None  # once a day


def test_backups_from_before_the_damage_are_kept(project: Project, run_id: RunId) -> None:
    number = box_at(project, run_id, 1, 10).box_xyxy[0]
    path = project.path
    for _ in range(KEEP):
        aged(make_backup(path, reason="manual"))
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    project.close()
    flip_a_bit(path, number)
    Project.open(path).close()
    assert len(list_backups(path)) == KEEP + 1


def test_what_people_do_is_no_damage(project: Project, run_id: RunId) -> None:
    first, second = (track_numbered(project, run_id, number) for number in (1, 2))
    box = box_at(project, run_id, 1, 10)
    project.edit(SetBox(box_id=box.box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)))
    project.edit(SwapTracks(track_a=first, track_b=second, first_frame=20))
    project.undo()
    project.edit(DeleteTrack(track_id=second))
    assert altered_boxes(project.path) == 0
    while project.undo() is not None:
        pass
    assert box_at(project, run_id, 1, 10) == box
    assert altered_boxes(project.path) == 0 and damage(project.path) is None
    record_run(project, add_street(project))
    assert altered_boxes(project.path) == 0


def test_in_a_large_project_it_is_found_at_closing_and_told_at_the_next_opening(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackmend_core.project.opening.FULL_CHECK_BYTES", 0)
    number = box_at(project, run_id, 1, 10).box_xyxy[0]
    path = project.path
    aged(project.back_up())
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    project.close()
    flip_a_bit(path, number)
    for said in (False, True, False):
        with Project.open(path) as again:
            assert (again.damage is not None) is said
