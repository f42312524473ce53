"""What would ruin a run is refused before it begins; the rest is told."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from test_data_sources import write_image, write_sequence, write_text

from trackmend_core.errors import UserError
from trackmend_training.__main__ import main
from trackmend_training.check import check_all, check_source
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.trainer import fit


def texts(record: dict[str, object], level: str) -> str:
    findings = record["findings"]
    assert isinstance(findings, list)
    return " ".join(finding["text"] for finding in findings if finding["level"] == level)


def write_labelled(folder: Path, name: str, lines: list[str]) -> None:
    write_image(folder / "images" / f"{name}.jpg")
    write_text(folder / "labels_with_ids" / f"{name}.txt", lines)


def walk(folder: Path, *, lasting: bool, images: int = 6, people: int = 6) -> None:
    """Write people who hardly move, under names that last or that the rows' order made up."""
    for frame in range(images):
        write_labelled(
            folder,
            f"{frame:06d}",
            [
                f"0 {p if lasting else frame * people + p} {0.1 + 0.15 * p:.3f} 0.5 0.1 0.4"
                for p in range(people)
            ],
        )


def check(path: Path, **settings: object) -> dict[str, object]:
    return check_source(replace(SourceConfig(path=str(path)), **settings))


def test_sound_material_is_counted(tmp_path: Path) -> None:
    walk(tmp_path, lasting=True)
    record = check(tmp_path)
    assert record["usable"] and record["findings"] == []
    assert (record["images"], record["boxes"], record["identities"]) == (6, 36, 6)
    assert (record["followed"], record["renamed"], record["most_people"]) == (30, 0, 6)


def test_identities_that_explode_are_refused(tmp_path: Path) -> None:
    walk(tmp_path, lasting=False)
    record = check(tmp_path)
    assert not record["usable"]
    assert "30 of 30 boxes that stay where they were" in texts(record, "ruins")


def test_a_run_on_ruined_material_does_not_begin(config: TrainConfig, tmp_path: Path) -> None:
    walk(tmp_path / "bad", lasting=False)
    ruined = replace(config, steps=1, sources=(SourceConfig(path=str(tmp_path / "bad")),))
    with pytest.raises(UserError, match=r"would be in vain\. Identities do not last"):
        fit(ruined, emit=lambda _: None)
    fit(replace(ruined, check=False), emit=lambda _: None)


def test_unrelated_photos_with_a_name_for_each_box_are_sound(tmp_path: Path) -> None:
    for number in range(12):
        lines = [f"0 {number * 3 + p} {0.08 * number + 0.02 * p} 0.5 0.05 0.2" for p in range(3)]
        write_labelled(tmp_path, f"{number:06d}", lines)
    assert check(tmp_path)["usable"]


def test_unsorted_ground_truth_of_a_sequence_is_no_explosion(tmp_path: Path) -> None:
    rows = [f"{f},{p},{20 * p},10,15,40,1,1,1" for f in range(1, 5) for p in range(1, 9)]
    record = check(write_sequence(tmp_path / "MOT17-02", rows))
    assert record["usable"] and record["identities"] == 8


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([], "no box in any image"),
        (["0 1 90.0 50.0 20.0 40.0"], "wholly outside"),
        (["0 1 0.5 0.5 0 0.4"], "1 of 1 boxes have no size"),
        (["0 1 0.5 nan 0.1 0.4"], "Line 1 of"),
    ],
)
def test_labels_that_teach_nothing_are_refused(
    lines: list[str], named: str, tmp_path: Path
) -> None:
    write_labelled(tmp_path, "a", lines)
    record = check(tmp_path)
    assert not record["usable"] and named in texts(record, "ruins")


def test_missing_images_and_empty_lists_are_refused(tmp_path: Path) -> None:
    write_labelled(tmp_path, "a", ["0 1 0.5 0.5 0.1 0.4"])
    listed = write_text(tmp_path / "some.train", ["images/a.jpg", "images/b.jpg"])
    record = check(listed)
    assert record["missing_images"] == 1 and "images/b.jpg" in texts(record, "ruins")
    record = check(write_text(tmp_path / "none.train", [""]))
    assert not record["usable"] and "No image was found" in texts(record, "ruins")


def test_what_can_be_lived_with_is_told(tmp_path: Path) -> None:
    twice = ["0 1 0.5 0.5 0.1 0.4"] * 2
    elsewhere = ["0 1 0.2 0.5 0.1 0.4", "0 -1 1.04 0.5 0.1 0.4"]
    write_labelled(tmp_path, "a", twice + elsewhere)
    write_image(tmp_path / "images" / "b.jpg")
    record = check(tmp_path)
    assert record["usable"]
    assert (record["duplicate_labels"], record["identity_twice_in_image"]) == (1, 1)
    assert (record["boxes_over_the_border"], record["boxes_without_identity"]) == (1, 1)
    assert (record["images_without_people"], record["images_without_labels"]) == (1, 1)
    assert "more than once" in texts(record, "warns")


def test_boxes_of_frames_without_an_image_are_told(tmp_path: Path) -> None:
    rows = ["1,1,20,10,20,40,1,1,1", "9,1,20,10,20,40,1,1,1"]
    record = check(write_sequence(tmp_path / "A", rows, frames=2))
    assert "A: 1 boxes are of frames without an image" in texts(record, "warns")


def write_run(folder: Path, validation: str) -> Path:
    path = folder / "run.toml"
    text = 'out_dir = "o"\n[[sources]]\npath = "a"\n[validation]\nevery = 1\n'
    path.write_text(text + validation)
    return path


def test_a_configuration_is_checked_with_what_it_is_judged_by(tmp_path: Path) -> None:
    run = write_run(tmp_path, 'sequence = "S"\n[[validation.sources]]\npath = "b"\n')
    walk(tmp_path / "a", lasting=True)
    walk(tmp_path / "b", lasting=True)
    write_sequence(tmp_path / "S", ["1,1,20,10,20,40,1,1,1"], frames=2)
    records = check_all([run], like=SourceConfig(path=""))
    assert [Path(str(record["path"])).name for record in records] == ["a", "b", "S"]
    assert [record["usable"] for record in records] == [True] * 3
    assert (records[2]["kind"], records[2]["images"]) == ("mot", 2)


@pytest.mark.parametrize(
    ("rows", "frames", "named"),
    [
        (None, 2, "no MOTChallenge sequence with ground truth"),
        (["1,1,20,10,20,40,1,1,1"], 0, "no image"),
        (["1,1,20,10,20,40,0,1,1"], 2, "There is no box in any image"),
        (["2,1,20,10,20,40,1,1,1"], 2, "no true box that counts in the 1 frames"),
    ],
)
def test_a_sequence_that_cannot_judge_a_run_is_refused(
    rows: list[str] | None, frames: int, named: str, tmp_path: Path
) -> None:
    run = write_run(tmp_path, 'sequence = "S"\nmax_frames = 1\n')
    walk(tmp_path / "a", lasting=True)
    if rows is not None:
        write_sequence(tmp_path / "S", rows, frames=frames)
    record = check_all([run], like=SourceConfig(path=""))[-1]
    assert not record["usable"] and named in texts(record, "ruins")


def test_what_is_learnt_from_and_judged_by_is_told(tmp_path: Path) -> None:
    rows = [f"{frame},1,20,10,20,40,1,1,1" for frame in (1, 2, 3, 4)]
    write_sequence(tmp_path / "a", rows, frames=4)
    halves = write_run(tmp_path, '[[validation.sources]]\npath = "a"\npart = "second-half"\n')
    config = halves.read_text().replace('path = "a"', 'path = "a"\npart = "first-half"', 1)
    halves.write_text(config)
    assert "both learnt" not in texts(check_all([halves], like=SourceConfig(path=""))[-1], "warns")
    same = write_run(tmp_path, 'sequence = "a"\nmax_frames = 3\n')
    record = check_all([same], like=SourceConfig(path=""))[-1]
    assert record["usable"] and "3 images are both learnt from and judged by" in texts(
        record, "warns"
    )


def test_the_exit_status_says_whether_to_train(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    walk(tmp_path / "good", lasting=True)
    walk(tmp_path / "bad", lasting=False)
    assert main(["check", str(tmp_path / "good")]) == 0
    assert "Usable." in capsys.readouterr().out
    assert main(["check", str(tmp_path / "good"), str(tmp_path / "bad"), "--json"]) == 1
    records = json.loads(capsys.readouterr().out)["sources"]
    assert [record["usable"] for record in records] == [True, False]
    assert main(["check", str(tmp_path / "good"), "--kind", "vhs"]) == 2
    assert "“vhs” is no kind" in capsys.readouterr().err


def test_the_command_line_asks_the_training_process(tmp_path: Path) -> None:
    walk(tmp_path, lasting=False)
    done = subprocess.run(
        [sys.executable, "-m", "trackmend_app.cli", "data", "check", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["sources"][0]["renamed"] == 30


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_a_check_without_a_traceback(tmp_path: Path) -> None:
    checker = tmp_path / "checker.py"
    checker.write_text(
        "import os, signal, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "os.killpg(os.getpgid(os.getppid()), signal.SIGINT)\n"  # as a terminal does
        "time.sleep(60)\n"
    )
    script = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background it is off
        "from trackmend_app.commands import data_check\n"
        f"data_check.training_command = lambda _: [sys.executable, {str(checker)!r}]\n"
        "try:\n"
        "    data_check.run_data_check([], kind='', images=None, part='', as_json=False)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


@pytest.mark.parametrize("which", ["list", "jde label", "yolo label", "picture"])
def test_what_is_no_text_is_refused_by_name(which: str, tmp_path: Path) -> None:
    noise = b"\x89\xff\x00\xd8 no text"
    write_image(tmp_path / "images" / "a.jpg")
    wrong = {
        "list": tmp_path / "train.txt",
        "jde label": tmp_path / "labels_with_ids" / "a.txt",
        "yolo label": tmp_path / "labels" / "a.txt",
        "picture": tmp_path / "images" / "a.jpg",
    }[which]
    if which != "picture":
        wrong.parent.mkdir(exist_ok=True)
        wrong.write_bytes(noise)
    record = check(tmp_path if "label" in which else wrong)
    assert not record["usable"] and f"{wrong.name} is not a text file" in texts(record, "ruins")


def test_pictures_that_were_not_copied_whole_are_told(tmp_path: Path) -> None:
    walk(tmp_path, lasting=True)
    first, second = sorted((tmp_path / "images").iterdir())[:2]
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    for path in (first, second):
        cv2.imwrite(str(path), noise)
    second.write_bytes(second.read_bytes()[:20_000])
    record = check(tmp_path)
    assert record["usable"] and "1 images are cut off" in texts(record, "warns")
    assert second.name in texts(record, "warns") and first.name not in texts(record, "warns")
    first.write_bytes(first.read_bytes()[:200])
    record = check(tmp_path)
    assert not record["usable"] and record["missing_images"] == 1
    assert first.name in texts(record, "ruins"), "the header is there, and no picture"
