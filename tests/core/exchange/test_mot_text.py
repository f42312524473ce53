from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.errors import UserError
from trackmend_core.exchange import MotKind, empty_mot_table, mot_table, read_mot, write_mot


def written(folder: Path, text: str) -> Path:
    path = folder / "gt.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_ground_truth_of_mot17_has_marks_classes_and_visibilities(tmp_path: Path) -> None:
    table = read_mot(
        written(tmp_path, "1,5,10,20,30,40,0,7,0.25\n2,5,11,20,30,40,1,1,1\n"), is_ground_truth=True
    )
    assert table.frames.tolist() == [1, 2]
    assert table.scores.tolist() == [0, 1]
    assert table.classes.tolist() == [7, 1]
    assert table.visibilities.tolist() == [0.25, 1]


def test_world_coordinates_of_mot15_are_not_taken_for_classes(tmp_path: Path) -> None:
    path = written(tmp_path, "1,1,88,99,61.08,218.56,1,4.4852,5.5016,0\n")
    table = read_mot(path, is_ground_truth=True)
    assert (table.classes.tolist(), table.visibilities.tolist()) == ([1], [1])


def test_detections_and_results_keep_their_scores(tmp_path: Path) -> None:
    path = written(tmp_path, "1,-1,10,20,30,40,0.5,-1,-1,-1\n1,-1,50,20,30,40,-3.5,-1,-1,-1\n")
    table = read_mot(path)
    assert table.ids.tolist() == [-1, -1]
    assert table.scores.tolist() == [0.5, -3.5]
    assert table.classes.tolist() == [1, 1]


def test_blank_lines_spaces_windows_line_ends_and_a_last_comma_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "gt.txt"
    path.write_bytes("\ufeff1, 2, 3, 4, 5, 6, 1,\r\n\r\n2 2 3 4 5 6\r\n".encode())
    table = read_mot(path)
    assert table.boxes_xywh.tolist() == [[3, 4, 5, 6], [3, 4, 5, 6]]


def test_an_empty_file_is_an_empty_table(tmp_path: Path) -> None:
    assert len(read_mot(written(tmp_path, ""))) == 0


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1,2,3", "line 2: 3 columns"),
        ("1,2,x,4,5,6,1", "line 2: left is 'x'"),
        ("1,2,nan,4,5,6,1", "line 2: left is nan"),
        ("1,2,3,4,inf,6,1", "line 2: width is inf"),
        ("0,2,3,4,5,6,1", "line 2: frame 0. Frames are counted from 1"),
        ("1.5,2,3,4,5,6,1", "line 2: the frame is 1.5"),
        ("1,2.5,3,4,5,6,1", "line 2: the id is 2.5"),
        ("1,1e300,3,4,5,6,1", "line 2: the id is 1e300"),
        ("1,2,3,4,-5,6,1", "line 2: the box has a negative size"),
        ("7,7,0,0,1,1,1", "line 2: id 7 has a box in frame 7 already .line 1"),
        ("1,2,3,4,5,6,1,1.5,1", "line 2: the class is 1.5"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    path = written(tmp_path, f"7,7,0,0,1,1,1\n{line}\n")
    with pytest.raises(UserError, match=complaint):
        read_mot(path, is_ground_truth=True)


def test_what_is_not_text_or_not_there_is_said(tmp_path: Path) -> None:
    binary = tmp_path / "video.mp4"
    binary.write_bytes(b"\x00\x00\xff\xfe\x80abc")
    with pytest.raises(UserError, match="not a text file"):
        read_mot(binary)
    with pytest.raises(UserError, match="There is no file"):
        read_mot(tmp_path / "none.txt")
    with pytest.raises(UserError, match="cannot be read"):
        read_mot(tmp_path)


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 10**6),
            st.integers(0, 10**6),
            st.tuples(*[st.floats(-1e4, 1e4)] * 2, *[st.floats(0, 1e4)] * 2),
            st.floats(0, 1),
        ),
        unique_by=lambda row: row[:2],
        max_size=20,
    )
)
def test_a_result_survives_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, tuple[float, ...], float]]
) -> None:
    table = mot_table(
        frames=[r[0] for r in rows],
        ids=[r[1] for r in rows],
        boxes_xywh=[r[2] for r in rows],
        scores=[r[3] for r in rows],
    )
    path = tmp_path_factory.mktemp("mot") / "result.txt"
    write_mot(path, table)
    again = read_mot(path)
    np.testing.assert_array_equal(again.frames, table.frames)
    np.testing.assert_array_equal(again.ids, table.ids)
    np.testing.assert_allclose(again.boxes_xywh, table.boxes_xywh, atol=6e-4)
    np.testing.assert_allclose(again.scores, table.scores, atol=6e-5)


def test_ground_truth_survives_writing_and_reading(tmp_path: Path) -> None:
    table = mot_table(
        frames=[1, 1],
        ids=[1, 2],
        boxes_xywh=[[0, 0, 2, 3]] * 2,
        scores=[1, 0],
        classes=[1, 8],
        visibilities=[0.5, 1],
    )
    path = tmp_path / "gt.txt"
    write_mot(path, table, kind=MotKind.GROUND_TRUTH)
    assert path.read_text().splitlines()[1] == "1,2,0.000,0.000,2.000,3.000,0,8,1"
    again = read_mot(path, is_ground_truth=True)
    assert again.classes.tolist() == [1, 8]
    assert again.scores.tolist() == [1, 0]
    assert again.visibilities.tolist() == [0.5, 1]


def test_a_folder_that_does_not_exist_is_said_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_mot(tmp_path / "none" / "out.txt", empty_mot_table())
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_mot(tmp_path / "folder", empty_mot_table())
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_failed_export_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    from trackmend_core.exchange import write_mot_chunks

    path = tmp_path / "out.txt"
    path.write_text("precious")

    def breaking():  # type: ignore[no-untyped-def]
        yield mot_table(frames=[1], ids=[1], boxes_xywh=[[0, 0, 1, 1]])
        raise RuntimeError("the disk of the project went away")

    with pytest.raises(RuntimeError):
        write_mot_chunks(path, breaking())
    assert path.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        mot_table(frames=[1, 2], ids=[1], boxes_xywh=[[0, 0, 1, 1]])


def test_the_real_sequences_are_read(shared_dir: Path) -> None:
    campus = read_mot(shared_dir / "data" / "TUD-Campus" / "gt" / "gt.txt", is_ground_truth=True)
    assert (len(campus), len(set(campus.ids.tolist()))) == (359, 8)
    crowd = read_mot(
        shared_dir / "data" / "MOT17-mini" / "MOT17-04-FRCNN" / "gt" / "gt.txt",
        is_ground_truth=True,
    )
    assert set(crowd.classes.tolist()) > {1, 7}


@pytest.mark.parametrize(
    "row", [f"1,{2**53 + 1},2,3,4,5,1", "1,1,1e308,3,1e308,5,1", "1,1,2,3,4,-1e300,1"]
)
def test_numbers_too_large_to_tell_apart_or_to_add_are_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "gt.txt"
    path.write_text(row, encoding="utf-8")
    with pytest.raises(UserError, match="line 1"):
        read_mot(path)


def test_a_line_of_any_length_is_named_in_a_short_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    for field in ("9" * 100_000, "x" * 100_000, "1e308", "0.1" * 50_000):
        path.write_text(f"1,1,{field},1,1,1,1\n")
        with pytest.raises(UserError) as caught:
            read_mot(path)
        assert len(str(caught.value)) < 200
    path.write_text("1,1,1,1,1,1,1e308\n2,1,1,1,1,1,-1e308\n")
    with pytest.raises(UserError, match="score"):
        read_mot(path)
