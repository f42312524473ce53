"""The drawn street: repeatable, truthful, full of crossings."""

import numpy as np
import pytest

from trackmend_core.synthetic import StreetFrame, StreetSettings, draw_street

SMALL = StreetSettings(width=320, height=240, frame_count=40, frame_rate=10.0, seed=3)


@pytest.fixture(scope="module")
def frames() -> list[StreetFrame]:
    return list(draw_street(SMALL))


def test_equal_settings_draw_equal_pixels(frames: list[StreetFrame]) -> None:
    again = list(draw_street(SMALL))
    assert len(again) == SMALL.frame_count
    for first, second in zip(frames, again, strict=True):
        np.testing.assert_array_equal(first.image, second.image)
        np.testing.assert_array_equal(first.boxes_xyxy, second.boxes_xyxy)


def test_every_third_frame_is_drawn_as_it_is_among_all(frames: list[StreetFrame]) -> None:
    some = list(draw_street(SMALL, every=3))
    assert len(some) == len(frames[::3]) < len(frames)
    for one, among_all in zip(some, frames[::3], strict=True):
        np.testing.assert_array_equal(one.image, among_all.image)
        np.testing.assert_array_equal(one.boxes_xyxy, among_all.boxes_xyxy)
        np.testing.assert_array_equal(one.identities, among_all.identities)


def test_another_seed_draws_another_street(frames: list[StreetFrame]) -> None:
    other = next(draw_street(StreetSettings(width=320, height=240, frame_count=1, seed=4)))
    difference = np.abs(frames[0].image.astype(int) - other.image.astype(int)).mean()
    assert difference > 10


def test_truth_has_the_promised_shapes_and_ranges(frames: list[StreetFrame]) -> None:
    for frame in frames:
        count = len(frame.identities)
        assert frame.image.shape == (240, 320, 3)
        assert frame.image.dtype == np.uint8
        assert frame.boxes_xyxy.shape == (count, 4)
        assert frame.boxes_xyxy.dtype == np.float32
        assert frame.visibilities.dtype == np.float32
        assert frame.identities.dtype == np.int64
        assert len(set(frame.identities.tolist())) == count
        assert np.all((frame.identities >= 1) & (frame.identities <= SMALL.walkers))
        assert np.all((frame.visibilities >= 0) & (frame.visibilities <= 1))
        assert np.all(frame.boxes_xyxy[:, :2] < frame.boxes_xyxy[:, 2:])
        assert np.all(frame.boxes_xyxy >= 0)
        assert np.all(frame.boxes_xyxy <= (320, 240, 320, 240))


def test_the_lookalikes_cross_inside_the_frame(frames: list[StreetFrame]) -> None:
    offsets = []
    for frame in frames:
        rows = {int(i): box for i, box in zip(frame.identities, frame.boxes_xyxy, strict=True)}
        if 1 in rows and 2 in rows:
            offsets.append(float(rows[1][[0, 2]].mean() - rows[2][[0, 2]].mean()))
    assert min(offsets) < 0 < max(offsets)


def test_somebody_is_hidden_for_a_while_in_most_scenes() -> None:
    hidden = 0
    for seed in range(4):
        settings = StreetSettings(
            width=96, height=72, frame_count=18, frame_rate=4.0, seed=seed, furniture=0
        )
        lowest = [frame.visibilities.min(initial=1.0) for frame in draw_street(settings)]
        hidden += sum(value < 0.5 for value in lowest) >= 3
    assert hidden >= 3


def test_a_clean_scene_moves_only_inside_the_boxes() -> None:
    settings = StreetSettings(
        width=320, height=240, frame_count=8, seed=5, noise=0.0, walkers=4, furniture=0
    )
    empty = next(draw_street(StreetSettings(width=320, height=240, frame_count=1, noise=0.0)))
    scene = list(draw_street(settings, backdrop=empty.image))
    changed = np.abs(scene[0].image.astype(int) - scene[-1].image.astype(int)).max(axis=2) > 60
    inside = np.zeros((240, 320), bool)
    for frame in (scene[0], scene[-1]):
        for x1, y1, x2, y2 in frame.boxes_xyxy:
            inside[int(y1) - 2 : int(y2) + 3, max(0, int(x1) - 2) : int(x2) + 3] = True
    assert changed.any()
    assert not np.any(changed & ~inside)


def test_a_box_hugs_the_pixels_of_a_lone_walker() -> None:
    backdrop = np.full((240, 320, 3), 255, np.uint8)
    settings = StreetSettings(
        width=320, height=240, frame_count=6, seed=8, noise=0.0, walkers=1, lookalikes=0,
        furniture=0,
    )  # fmt: skip
    seen = 0
    for frame in draw_street(settings, backdrop=backdrop):
        for x1, y1, _x2, _y2 in frame.boxes_xyxy:
            paper = int(frame.image.max(axis=2).max())
            body = np.argwhere(frame.image.max(axis=2) < paper * 0.72)
            top, left = body.min(axis=0)
            assert abs(top - y1) < 4
            assert abs(left - x1) < 8
            seen += 1
    assert seen > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 10},
        {"frame_count": 0},
        {"frame_rate": 0.0},
        {"walkers": -1},
        {"walkers": 1, "lookalikes": 2},
        {"noise": -1.0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        StreetSettings(**wrong)  # type: ignore[arg-type]


def test_a_backdrop_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="backdrop"):
        next(draw_street(SMALL, backdrop=np.zeros((10, 10, 3), np.uint8)))


def test_a_street_without_people_has_an_empty_truth() -> None:
    frame = next(draw_street(StreetSettings(width=128, height=96, walkers=0, lookalikes=0)))
    assert frame.boxes_xyxy.shape == (0, 4)
    assert frame.identities.shape == (0,)
