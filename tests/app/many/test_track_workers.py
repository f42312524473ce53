"""Worker processes, interruptions of every kind, and a cluster: no video twice, none in part."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner
from video_shelf import NAMES, Shelf

from trackmend_app import cli
from trackmend_app.commands.tools import make_tools
from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.many.receipts import read_receipt
from trackmend_app.many.task import State, VideoOutcome, VideoTask
from trackmend_app.many.work import track_task
from trackmend_app.many.workers import run_in_processes, share_cores
from trackmend_core.project import Project
from trackmend_core.synthetic import write_video
from trackmend_core.types import Progress

POLL_S = 0.02
PATIENCE_S = 240.0


def invoke(*arguments: str) -> dict[str, str]:
    """Run in this process and return the states by name."""
    result = CliRunner().invoke(cli.app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    videos = json.loads(result.stdout)["videos"]
    return {Path(video["video"]).stem: video["state"] for video in videos}


def start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "trackmend_app.cli", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for_receipt(out: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not list((out / ".trackmend-queue").glob("*.json")):
        assert process.poll() is None, "the queue ended before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(POLL_S)


def texts(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.txt"))}


@pytest.fixture(scope="module")
def expected(long_shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed queue of one process writes."""
    out = tmp_path_factory.mktemp("undisturbed")
    invoke(*long_shelf.arguments(out))
    return texts(out)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a matter of POSIX")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_queue_that_is_killed_or_stopped_goes_on_where_it_was(
    long_shelf: Shelf, tmp_path: Path, expected: dict[str, bytes], how: signal.Signals
) -> None:
    out = tmp_path / "out"
    process = start(long_shelf.arguments(out, "--jobs", "2"))
    wait_for_receipt(out, process)
    process.send_signal(how)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == (-signal.SIGKILL if how is signal.SIGKILL else 130)
    if how is signal.SIGINT:
        assert b"Go on with the same command and --resume" in said
        assert b"Traceback" not in said
    there = texts(out)
    assert len(there) < len(NAMES), "it was not interrupted in the middle"
    assert all(expected[name] == text for name, text in there.items())
    written = {name: (out / name).stat().st_mtime_ns for name in there}

    states = invoke(*long_shelf.arguments(out, "--resume"))

    assert texts(out) == expected
    for name, moment in written.items():
        assert (out / name).stat().st_mtime_ns == moment
        assert states[Path(name).stem] == "finished before"
    assert "finished" in states.values()
    left = {path.name for path in (out / ".trackmend-queue").iterdir()}
    assert left == {f"{name}.json" for name in NAMES}


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a matter of POSIX")
@pytest.mark.parametrize(("victim", "is_done"), [("settle", True), ("_write", False)])
def test_killed_around_the_receipt_a_video_is_done_once(
    shelf: Shelf, tmp_path: Path, victim: str, is_done: bool
) -> None:
    """Kill between the whole text and its receipt, and between the receipt and its place."""
    out = tmp_path / "out"
    script = (
        "import os, signal, sys\n"
        "from trackmend_app import cli\n"
        "from trackmend_app.many import receipts\n"
        f"receipts.{victim} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.argv[0] = 'trackmend'\n"
        "cli.main()\n"
    )
    command = [sys.executable, "-c", script, *shelf.arguments(out)]
    process = subprocess.run(command, capture_output=True, check=False)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert texts(out) == {}
    states = invoke(*shelf.arguments(out, "--resume"))
    assert (states["v1"] == "finished before") is is_done
    assert set(texts(out)) == {f"{name}.txt" for name in NAMES}


def test_two_workers_with_a_network_give_what_one_process_gives(tmp_path: Path) -> None:
    noise = np.random.default_rng(5)
    for name in ("a", "b"):
        images = noise.integers(0, 255, (6, 96, 128, 3), np.uint8)
        write_video(tmp_path / f"{name}.mp4", iter(images), 25.0)
    (tmp_path / "broken.mp4").write_text("no video")
    plain = ["track", str(tmp_path), "--backend", "torch", "--input-size", "128x96"]
    plain += ["--score-threshold", "0.05"]
    runs = {}
    for jobs in ("1", "2"):
        out = tmp_path / f"out{jobs}"
        result = CliRunner().invoke(cli.app, [*plain, "--out", str(out), "--jobs", jobs, "--json"])
        assert result.exit_code == 2
        assert "broken.mp4" in result.stderr
        videos = json.loads(result.stdout)["videos"]
        assert [video["state"] for video in videos] == ["finished", "finished", "failed"]
        runs[jobs] = texts(out)
    assert runs["1"] == runs["2"]
    assert len(runs["1"]) == 2


class Killer:
    """Kills the first worker as soon as it is at work."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.outcomes: list[VideoOutcome] = []

    def started(self, worker: int, task: VideoTask) -> None:
        pass

    def progressed(self, worker: int, progress: Progress) -> None:
        if len(self.pids) == 1:
            os.kill(self.pids[0], signal.SIGTERM)

    def ended(self, worker: int, outcome: VideoOutcome) -> None:
        self.outcomes.append(outcome)


def tasks_of(shelf: Shelf, out: Path, names: tuple[str, ...]) -> list[VideoTask]:
    (out / "q").mkdir(parents=True)
    return [
        VideoTask(
            video=shelf.videos / f"{name}.mp4",
            name=name,
            key="k",
            receipts=out / "q",
            text_file=out / f"{name}.txt",
            project=None,
            resume=False,
        )
        for name in names
    ]


def test_a_worker_that_dies_fails_its_video_only_and_imports_nothing(
    long_shelf: Shelf, shelf: Shelf, tmp_path: Path
) -> None:
    tasks = tasks_of(long_shelf, tmp_path / "out", ("v11", "v1"))
    killer = Killer()
    request = TrackRequest(videos=(), detections=long_shelf.detections, embeddings=False)
    outcomes = run_in_processes(
        tasks,
        request=request,
        jobs=1,
        watcher=killer,
        on_worker=killer.pids.append,
        on_poll=lambda: None,
    )
    assert [outcome.state for outcome in outcomes] == [State.FAILED, State.FINISHED]
    assert "killed (signal 15)" in outcomes[0].message
    assert len(killer.pids) == 2
    assert not (tmp_path / "out" / "v11.txt").exists()
    assert (tmp_path / "out" / "v1.txt").exists()


def test_workers_share_the_cores_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(7)), raising=False)
    assert share_cores(jobs=3) == [(0, 1), (2, 3), (4, 5)]
    assert share_cores(jobs=1) == [tuple(range(7))]
    assert [len(share) for share in share_cores(jobs=9)] == [1] * 9


def test_an_interrupted_run_of_a_project_is_gone_on_with(shelf: Shelf, tmp_path: Path) -> None:
    request = TrackRequest(videos=(), detections=shelf.detections, embeddings=False)
    tools = make_tools(request)
    digests = {}
    for interrupted in (False, True):
        folder = tmp_path / str(interrupted)
        (folder / "q").mkdir(parents=True)
        task = VideoTask(
            video=shelf.videos / "v10.mp4",
            name="v10",
            key="k",
            receipts=folder / "q",
            text_file=folder / "v10.txt",
            project=folder / "v10.trackmend",
            resume=True,
        )
        if interrupted:
            job = track_task(task, tools)
            for _ in range(9):
                next(job)
            job.close()
            assert read_receipt(folder / "q", "v10") is None
            assert not (folder / "v10.txt").exists()
        *_, last = track_task(task, tools)
        assert last.done == shelf.frames
        with Project.open(folder / "v10.trackmend") as project:
            (run,) = project.runs(project.videos()[0].video_id)
            assert (run.status, run.next_frame) == ("finished", shelf.frames)
            digests[interrupted] = project.digest()
    assert digests[False] == digests[True]
    assert texts(tmp_path / "True") == texts(tmp_path / "False")


def test_a_cluster_of_two_workers_does_the_same_videos(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    invoke(*shelf.arguments(alone))
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
        local_directory=str(tmp_path / "dask"),
    ) as cluster:
        more = ["--scheduler", cluster.scheduler_address]
        assert set(invoke(*shelf.arguments(shared, *more)).values()) == {"finished"}
        (shared / "v1.txt").unlink()
        again = invoke(*shelf.arguments(shared, *more, "--resume"))
    assert texts(shared) == texts(alone)
    assert again == {**dict.fromkeys(NAMES, "finished before"), "v1": "finished"}


def test_without_dask_or_a_scheduler_it_is_said(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    arguments = shelf.arguments(tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 2
    assert 'pip install "trackmend[cluster]"' in result.stderr
