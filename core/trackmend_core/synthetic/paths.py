"""Plans where every walker is in every frame: crossings, companions, strollers, loiterers."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.synthetic.gait import STRIDE_PER_HEIGHT
from trackmend_core.synthetic.settings import StreetSettings
from trackmend_core.types import Float64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera that looks level down the street.

    Attributes:
        width: of the frame, pixels.
        height: of the frame, pixels.
        focal_px: focal length.
        eye_m: height above the ground, metres.
        horizon_px: row of the horizon.
        near_m: distance of the nearest lane.
        far_m: distance of the farthest lane.
    """

    width: int
    height: int
    focal_px: float
    eye_m: float
    horizon_px: float
    near_m: float
    far_m: float

    @classmethod
    def aim(cls, settings: StreetSettings, rng: np.random.Generator) -> "Camera":
        """Return a camera that sees people about a quarter to two thirds of the frame high.

        With `settings.far` they are that many times smaller, and as far apart as before.
        """
        focal = settings.height * rng.uniform(1.7, 2.5)
        near = settings.far * 1.72 * focal / (settings.height * rng.uniform(0.52, 0.66))
        far = settings.far * 1.72 * focal / (settings.height * rng.uniform(0.24, 0.32))
        eye = settings.far * rng.uniform(1.2, 2.1)
        foot = settings.height * rng.uniform(0.8, 0.97)
        return cls(
            width=settings.width,
            height=settings.height,
            focal_px=float(focal),
            eye_m=float(eye),
            horizon_px=float(foot - focal * eye / near),
            near_m=float(near),
            far_m=float(far),
        )

    def column(self, x_m: float, distance_m: float) -> float:
        """Return the screen column of a place on the ground."""
        return self.width / 2 + self.focal_px * x_m / distance_m

    def row(self, distance_m: float) -> float:
        """Return the screen row of the ground at a distance."""
        return self.horizon_px + self.focal_px * self.eye_m / distance_m

    def half_view(self, distance_m: float) -> float:
        """Return how far the frame's border is from its middle at a distance, metres."""
        return self.width / 2 * distance_m / self.focal_px


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Path:
    """One walker's way; arrays over frames.

    Attributes:
        x_m: (F,) float64, metres right of the camera's axis.
        distance_m: (F,) float64, metres from the camera.
        heading: (F,) float64 radians, 0 right, pi / 2 away.
        vigour: (F,) float64, 0 stands, 1 walks.
        phase: (F,) float64 radians of the gait.
    """

    x_m: Float64Array
    distance_m: Float64Array
    heading: Float64Array
    vigour: Float64Array
    phase: Float64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anchor:
    """Where a walker is at one moment, and how it goes."""

    second: float
    x_m: float
    distance_m: float
    speed: float
    slant: float
    pause_s: float = 0.0


def plan_paths(
    settings: StreetSettings, camera: Camera, heights_m: list[float], rng: np.random.Generator
) -> list[Path]:
    """Return a path for every walker.

    Walkers 1 and 2, 3 and 4 ... of the look-alikes cross each other inside the frame; so does the
    next pair, whatever they wear. The pair after that walks abreast, one hiding much of the other.
    The rest stroll, slant towards or away from the camera, or stop for a while.
    """
    duration = settings.frame_count / settings.frame_rate
    anchors: list[_Anchor] = []
    crossing = settings.lookalikes // 2 + 1
    for pair in range(settings.walkers // 2):
        if pair < crossing:
            anchors += _crossing_pair(camera, duration, rng)
        elif pair == crossing:
            anchors += _companions(camera, duration, rng)
        else:
            anchors += [_stroller(camera, duration, rng), _stroller(camera, duration, rng)]
    if settings.walkers % 2:
        anchors.append(_stroller(camera, duration, rng))
    return [
        _follow(anchor, settings, camera, height_m=height, rng=rng)
        for anchor, height in zip(anchors, heights_m, strict=True)
    ]


def _lane(camera: Camera, rng: np.random.Generator) -> float:
    """Return a distance; lanes lie evenly on the screen, not on the ground."""
    return float(1 / rng.uniform(1 / camera.far_m, 1 / camera.near_m))


def _crossing_pair(camera: Camera, duration: float, rng: np.random.Generator) -> list[_Anchor]:
    distance = _lane(camera, rng)
    second = duration * rng.uniform(0.25, 0.75)
    x = camera.half_view(distance) * rng.uniform(-0.5, 0.5)
    way = rng.choice([-1.0, 1.0])
    gap = rng.uniform(0.45, 1.2)
    return [
        _Anchor(
            second=second,
            x_m=x * scale,
            distance_m=distance * scale,
            speed=float(sign * way * rng.uniform(0.85, 1.45)),
            slant=float(rng.uniform(-0.12, 0.12)),
        )
        for sign, scale in ((1.0, 1.0), (-1.0, 1 + gap / distance))
    ]


def _companions(camera: Camera, duration: float, rng: np.random.Generator) -> list[_Anchor]:
    first = _stroller(camera, duration, rng)
    behind = first.distance_m + rng.uniform(0.4, 0.7)
    return [
        _Anchor(
            second=first.second,
            x_m=first.x_m,
            distance_m=first.distance_m,
            speed=first.speed,
            slant=0.0,
        ),
        _Anchor(
            second=first.second,
            x_m=first.x_m * behind / first.distance_m + rng.uniform(-0.3, 0.3),
            distance_m=behind,
            speed=first.speed * rng.uniform(0.97, 1.03),
            slant=0.0,
        ),
    ]


def _stroller(camera: Camera, duration: float, rng: np.random.Generator) -> _Anchor:
    distance = _lane(camera, rng)
    slanted = rng.random() < 0.35
    return _Anchor(
        second=float(duration * rng.uniform(0.1, 0.9)),
        x_m=float(camera.half_view(distance) * rng.uniform(-0.7, 0.7)),
        distance_m=distance,
        speed=float(rng.choice([-1.0, 1.0]) * rng.uniform(0.8, 1.5)),
        slant=float(
            rng.uniform(0.5, 1.45) * rng.choice([-1, 1]) if slanted else rng.normal(0, 0.1)
        ),
        pause_s=float(rng.uniform(1.5, 6.0) if rng.random() < 0.25 else 0.0),
    )


def _follow(
    anchor: _Anchor,
    settings: StreetSettings,
    camera: Camera,
    *,
    height_m: float,
    rng: np.random.Generator,
) -> Path:
    """Walk from the anchor to both ends of the video, turning back out of sight."""
    here = round(anchor.second * settings.frame_rate)
    margins = rng.uniform(0.5, 2.0, 2)
    start = (anchor.x_m, anchor.distance_m)
    step = anchor.speed / settings.frame_rate
    velocity = (step * np.cos(anchor.slant), abs(step) * np.sin(anchor.slant))
    pause = round(anchor.pause_s * settings.frame_rate)
    after = _walk(start, velocity, settings.frame_count - here + 12, camera, margins, pause)
    before = _walk(start, (-velocity[0], -velocity[1]), here + 12, camera, margins, 0)
    places = np.concatenate([before[:0:-1], after])
    kernel = np.ones(9) / 9
    smooth = np.stack([np.convolve(places[:, axis], kernel, "same") for axis in (0, 1)], axis=1)
    smooth = smooth[11 : 11 + settings.frame_count + 1]
    moves = np.diff(smooth, axis=0)
    lengths = np.hypot(moves[:, 0], moves[:, 1])
    speed = lengths * settings.frame_rate
    turn = 2 * np.pi / (STRIDE_PER_HEIGHT * height_m)
    return Path(
        x_m=smooth[:-1, 0],
        distance_m=smooth[:-1, 1],
        heading=_headings(moves, idle=float(rng.uniform(-np.pi, np.pi))),
        vigour=np.clip(speed / 0.9, 0.0, 1.0),
        phase=np.cumsum(lengths) * turn + rng.uniform(0, 2 * np.pi),
    )


def _walk(
    start: tuple[float, float],
    velocity: tuple[float, float],
    count: int,
    camera: Camera,
    margins: Float64Array,
    pause: int,
) -> Float64Array:
    """Return (count, 2) places, one a frame; a walker out of sight turns, a far one too."""
    (x, distance), (dx, dz) = start, velocity
    places = np.empty((count, 2))
    for index in range(count):
        places[index] = x, distance
        if index < pause:
            continue
        x, distance = x + dx, distance + dz
        border = camera.half_view(distance) + margins[0 if x < 0 else 1]
        if abs(x) > border and x * dx > 0:
            dx = -dx
        too_far = distance > camera.far_m * 1.1 and dz > 0
        too_near = distance < camera.near_m * 0.92 and dz < 0
        if too_far or too_near:
            dz = -dz
    return places


def _headings(moves: Float64Array, *, idle: float) -> Float64Array:
    """Return the direction of every move; who stands keeps the last one, or looks about."""
    headings = np.arctan2(moves[:, 1], moves[:, 0])
    still = np.hypot(moves[:, 0], moves[:, 1]) < 1e-4
    last = idle
    for index in range(len(headings)):
        if still[index]:
            headings[index] = last
        else:
            last = float(headings[index])
    return headings
