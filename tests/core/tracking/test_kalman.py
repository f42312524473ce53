import numpy as np

from trackmend_core.tracking.kalman import POSITION_NOISE, VELOCITY_NOISE, MotionStates
from trackmend_core.types import Float64Array


class FullFilter:
    """The same filter with whole matrices, one track, as DeepSORT writes it."""

    def __init__(self, box_xyah: Float64Array) -> None:
        h = box_xyah[3]
        self.mean = np.r_[box_xyah, np.zeros(4)]
        p, v = 2 * POSITION_NOISE * h, 10 * VELOCITY_NOISE * h
        self.covariance = np.diag(np.square([p, p, 1e-2, p, v, v, 1e-5, v]))
        self.step = np.eye(8) + np.eye(8, k=4)

    def predict(self) -> None:
        p, v = POSITION_NOISE * self.mean[3], VELOCITY_NOISE * self.mean[3]
        noise = np.diag(np.square([p, p, 1e-2, p, v, v, 1e-5, v]))
        self.mean = self.step @ self.mean
        self.covariance = self.step @ self.covariance @ self.step.T + noise

    def projected(self) -> Float64Array:
        p = POSITION_NOISE * self.mean[3]
        noise: Float64Array = np.diag(np.square([p, p, 1e-1, p]))
        return self.covariance[:4, :4] + noise

    def update(self, box_xyah: Float64Array) -> None:
        gain = self.covariance[:, :4] @ np.linalg.inv(self.projected())
        self.covariance = self.covariance - gain @ self.projected() @ gain.T
        self.mean = self.mean + gain @ (box_xyah - self.mean[:4])


def test_the_blocks_are_the_full_covariance_filter() -> None:
    draw = np.random.default_rng(0)
    boxes = np.column_stack(
        [draw.uniform(0, 900, (5, 2)), draw.uniform(0.3, 0.6, 5), [40.0, 80, 120, 160, 300]]
    )
    states = MotionStates.start(boxes)
    full = [FullFilter(box) for box in boxes]
    rows = np.arange(5)
    for _ in range(30):
        states.predict(rows, freeze_height=np.zeros(5, np.bool_))
        boxes = boxes + draw.normal(0, [4, 3, 0.01, 2], (5, 4))
        distances = states.squared_mahalanobis(rows, boxes)
        states.update(rows, boxes)
        for row, one in enumerate(full):
            one.predict()
            gap = boxes - one.mean[:4]
            expected = np.einsum("dk,kl,dl->d", gap, np.linalg.inv(one.projected()), gap)
            np.testing.assert_allclose(distances[row], expected, rtol=1e-9)
            one.update(boxes[row])
            np.testing.assert_allclose(states.means[row], one.mean, rtol=1e-9, atol=1e-9)


def test_a_lost_track_keeps_its_height() -> None:
    states = MotionStates.start(np.array([[50.0, 50, 0.4, 100]]))
    states.means[0, 7] = 5.0
    states.predict(np.array([0]), freeze_height=np.array([True]))
    assert states.means[0, 3] == 100.0


def test_boxes_have_the_sides_of_aspect_and_height() -> None:
    states = MotionStates.start(np.array([[50.0, 60, 0.5, 100]]))
    np.testing.assert_allclose(states.boxes_xyxy(), [[25, 10, 75, 110]])
