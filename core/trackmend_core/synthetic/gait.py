"""The walking body: joints in space from the phase of the gait, and how a camera sees them."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.types import Float64Array

STRIDE_PER_HEIGHT = 0.82
"""Ground covered in one full gait cycle (two steps), in body heights."""

HIP, SHOULDER, HEAD = 0.53, 0.815, 0.925
THIGH, SHANK, ANKLE = 0.25, 0.24, 0.04
UPPER_ARM, FOREARM = 0.165, 0.15
HIP_HALF, SHOULDER_HALF = 0.05, 0.102


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Limb:
    """Three joints of an arm or a leg, seen by the camera.

    Attributes:
        points: (4, 2) float64: root, middle joint, end joint, tip (toe or fingers); body heights,
            x right on the screen, y down from the ground under the body.
        depth: mean distance behind the body's centre, body heights; negative is nearer.
    """

    points: Float64Array
    depth: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pose:
    """A body seen by the camera; lengths in body heights, y down, origin on the ground.

    Attributes:
        legs: left, right.
        arms: left, right.
        pelvis: (2,) centre of the hips.
        chest: (2,) centre of the shoulders.
        head: (2,) centre of the head.
        forward_x: how far "ahead" points to the right on the screen, -1..1.
        forward_away: how far "ahead" points away from the camera, -1..1.
    """

    legs: tuple[Limb, Limb]
    arms: tuple[Limb, Limb]
    pelvis: Float64Array
    chest: Float64Array
    head: Float64Array
    forward_x: float
    forward_away: float


def walking_pose(*, phase: float, vigour: float, heading: float, arm_swing: float) -> Pose:
    """Return the body at one moment of its walk.

    Args:
        phase: of the gait, radians; one turn is two steps.
        vigour: 0 stands still, 1 walks.
        heading: direction of the walk, radians: 0 goes right on the screen, pi / 2 goes away.
        arm_swing: 0 keeps the hands at the hips, 1 swings the arms.
    """
    camera = _camera(heading)
    side_legs = [_leg(phase + offset, vigour) for offset in (0.0, np.pi)]
    lift = -min(float(leg[:, 1].min()) for leg in side_legs)
    lean = 0.035 * vigour
    legs = [
        _seen(leg + np.array([0.0, lift]), side * HIP_HALF, camera)
        for leg, side in zip(side_legs, (-1, 1), strict=True)
    ]
    arms = [
        _seen(
            _arm(phase + offset, vigour, arm_swing) + np.array([lean, lift]),
            side * SHOULDER_HALF,
            camera,
        )
        for offset, side in ((np.pi, -1), (0.0, 1))
    ]
    centre = np.array([[0.0, lift], [lean, lift], [lean * 1.6, lift]])
    heights = np.array([[0.0, HIP], [0.0, SHOULDER], [0.01, HEAD]])
    pelvis, chest, head = _seen_points(centre + heights, 0.0, camera)[0]
    return Pose(
        legs=(legs[0], legs[1]),
        arms=(arms[0], arms[1]),
        pelvis=pelvis,
        chest=chest,
        head=head,
        forward_x=float(np.cos(heading)),
        forward_away=float(np.sin(heading)),
    )


def _leg(phase: float, vigour: float) -> Float64Array:
    """Return hip, knee, ankle, toe as (4, 2) ahead and up, hip at its standing height."""
    thigh = vigour * (0.44 * np.cos(phase) + 0.06)
    bend = 0.06 + vigour * (0.1 + 0.95 * max(0.0, -np.sin(phase - 0.3)) ** 1.5)
    shank = thigh - bend
    foot = 0.25 * shank - 0.1 * vigour * max(0.0, float(np.cos(phase)))
    hip = np.array([0.0, HIP])
    knee = hip + THIGH * np.array([np.sin(thigh), -np.cos(thigh)])
    ankle = knee + SHANK * np.array([np.sin(shank), -np.cos(shank)])
    toe = ankle + np.array([0.085 * np.cos(foot), 0.085 * np.sin(foot) - ANKLE * 0.55])
    return np.stack([hip, knee, ankle, toe])


def _arm(phase: float, vigour: float, swing: float) -> Float64Array:
    """Return shoulder, elbow, wrist, fingers as (4, 2) ahead and up."""
    upper = vigour * swing * 0.5 * np.cos(phase) - 0.06 - 0.12 * (1 - swing)
    lower = upper + 0.18 + 0.5 * (1 - swing) + 0.3 * vigour * swing * max(0.0, np.cos(phase))
    shoulder = np.array([0.0, SHOULDER - 0.02])
    elbow = shoulder + UPPER_ARM * np.array([np.sin(upper), -np.cos(upper)])
    wrist = elbow + FOREARM * np.array([np.sin(lower), -np.cos(lower)])
    fingers = wrist + 0.045 * np.array([np.sin(lower + 0.1), -np.cos(lower + 0.1)])
    return np.stack([shoulder, elbow, wrist, fingers])


def _camera(heading: float) -> tuple[float, float]:
    return float(np.cos(heading)), float(np.sin(heading))


def _seen(side_view: Float64Array, to_the_right: float, camera: tuple[float, float]) -> Limb:
    points, depths = _seen_points(side_view, to_the_right, camera)
    return Limb(points=points, depth=float(depths.mean()))


def _seen_points(
    side_view: Float64Array, to_the_right: float, camera: tuple[float, float]
) -> tuple[Float64Array, Float64Array]:
    """Project points given as (ahead, up) at a distance to the body's right side."""
    forward_x, forward_away = camera
    ahead, up = side_view[:, 0], side_view[:, 1]
    across = ahead * forward_x + to_the_right * forward_away
    return np.stack([across, -up], axis=1), ahead * forward_away - to_the_right * forward_x
