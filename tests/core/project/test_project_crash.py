"""kill -9 in the middle of anything: the project opens, is sound, and its log tells everything."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from project_scenes import add_street, record_run

from trackmend_core.project import Project, strands
from trackmend_core.project.backups import is_sound
from trackmend_core.types import RunId

EDITOR = """
import random, sys
sys.path.insert(0, sys.argv[2])
from project_scenes import begin_run, write_frames
from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteBox, SetBox, SplitTrack, SwapTracks
from trackmend_core.project import strands
from trackmend_core.types import RunId
strands.SHIFT = int(sys.argv[4])
dice = random.Random(int(sys.argv[3]))
project = Project.open(sys.argv[1])
first = RunId(1)
writer = begin_run(project, project.videos()[0].video_id)
while True:
    tracks = [track.track_id for track in project.tracks(first)]
    a, b = dice.sample(tracks, 2)
    boxes = project.boxes_of_track(a)
    edit = dice.choice([
        SwapTracks(track_a=a, track_b=b, first_frame=dice.randrange(40)),
        SplitTrack(track_id=a, at_frame=dice.randrange(40)),
        SetBox(box_id=dice.choice(boxes).box_id, box_xyxy=(dice.random(), 0.1, 9.3, 8.7)),
    ])
    try:
        changes = project.edit(edit)
        print("edit", changes.edit_id, flush=True)
        if dice.random() < 0.3:
            project.undo()
            print("undo", changes.edit_id, flush=True)
    except UserError:
        pass
    if writer.next_frame < 190:
        write_frames(writer, [writer.next_frame])
        writer.flush()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize(
    ("seed", "shift"), [(1, strands.SHIFT), (2, strands.SHIFT), (3, 2), (4, 3)]
)
def test_a_project_survives_kill_9_with_every_acknowledged_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, shift: int
) -> None:
    monkeypatch.setattr(strands, "SHIFT", shift)
    with Project.create(tmp_path / "p.trackmend") as project:
        record_run(project, add_street(project))
    here = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", EDITOR, str(project.path), here, str(seed), str(shift)],
        stdout=subprocess.PIPE,
        text=True,
    ) as editor:
        assert editor.stdout is not None
        said = [editor.stdout.readline() for _ in range(8 + 5 * seed)]
        time.sleep(0.01 * seed)
        editor.kill()
        said += editor.stdout.readlines()
    assert editor.returncode == -signal.SIGKILL

    with Project.open(project.path) as again:
        states = {edit.edit_id: edit.state.value for edit in again.edits()}
        for word, edit_id in (line.split() for line in said if line.endswith("\n")):
            assert int(edit_id) in states
            if word == "undo":
                assert states[int(edit_id)] in ("undone", "superseded")
        assert again.digest() == again.replay_digest()
        assert len(again.interrupted_runs) == 1
        while again.undo() is not None:
            pass
        assert [track.box_count for track in again.tracks(RunId(1))] == [40] * 4
    assert is_sound(project.path)


TORN_EDIT = """
import os, sys
from trackmend_core.project import Project, edit_log
from trackmend_core.project.edits import DeleteTrack
from trackmend_core.types import TrackId
project = Project.open(sys.argv[1])
edit_log.update_summaries = lambda *_: os._exit(9)
project.edit(DeleteTrack(track_id=TrackId(1)))
"""


def test_an_edit_cut_off_before_its_commit_never_happened(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.trackmend") as project:
        record_run(project, add_street(project))
        before = project.digest()
    torn = subprocess.run([sys.executable, "-c", TORN_EDIT, str(project.path)], check=False)
    assert torn.returncode == 9
    with Project.open(project.path) as again:
        assert again.digest() == before == again.replay_digest()
        assert again.edits() == []


def test_a_committed_edit_is_in_the_file_before_edit_returns(tmp_path: Path) -> None:
    script = TORN_EDIT.replace("edit_log.update_summaries = lambda *_: os._exit(9)\n", "")
    with Project.create(tmp_path / "p.trackmend") as project:
        record_run(project, add_street(project))
    subprocess.run([sys.executable, "-c", script + "os._exit(9)\n", str(project.path)], check=False)
    with closing(Project.open(project.path)) as again:
        assert again.undo_title == "Delete track 1"
