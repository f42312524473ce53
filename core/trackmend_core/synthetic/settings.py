"""What a drawn street scene is made of, and what it yields."""

from dataclasses import dataclass

from trackmend_core.types import FloatArray, ImageArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetSettings:
    """A street scene; equal settings draw equal pixels.

    Attributes:
        width: of the frame, pixels.
        height: of the frame, pixels.
        frame_count: frames drawn.
        frame_rate: frames per second; sets how far people move between frames.
        walkers: people that appear, each with an identity 1..walkers.
        lookalikes: how many of them belong to pairs in near-identical clothing; those pairs cross.
        seed: varies people, paths, street, light and camera.
        furniture: poles, signs and planters that may stand before people.
        noise: strength of the camera noise, 0 draws a clean picture.
        far: how many times farther away and smaller the people are, seen from higher up.

    Raises:
        ValueError: a size, count or rate makes no scene.
    """

    width: int = 640
    height: int = 480
    frame_count: int = 150
    frame_rate: float = 25.0
    walkers: int = 7
    lookalikes: int = 2
    seed: int = 0
    furniture: int = 3
    noise: float = 1.0
    far: float = 1.0

    def __post_init__(self) -> None:
        if self.width < 64 or self.height < 64:
            raise ValueError(f"a street needs 64 x 64 pixels, got {self.width} x {self.height}")
        if self.frame_count < 1 or self.frame_rate <= 0:
            raise ValueError("a street needs at least one frame and a positive frame rate")
        if self.far <= 0:
            raise ValueError(f"people are {self.far} times as far away")
        if min(self.walkers, self.lookalikes, self.furniture) < 0 or self.noise < 0:
            raise ValueError("counts and noise must not be negative")
        if self.lookalikes > self.walkers:
            raise ValueError(f"{self.lookalikes} look-alikes among {self.walkers} walkers")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StreetFrame:
    """One drawn frame with its exact ground truth.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        boxes_xyxy: (N, 4) float32, pixels; the whole body, hidden parts too, clipped to the frame.
        identities: (N,) int64, 1-based.
        visibilities: (N,) float32, 0..1; the share of the body's pixels inside the frame that
            neither another walker nor street furniture hides.
    """

    image: ImageArray
    boxes_xyxy: FloatArray
    identities: IntArray
    visibilities: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GroundTruth:
    """The truth of a whole drawn video, one row per person and frame.

    Attributes:
        frame_indices: (N,) int64, 0-based, not falling.
        identities: (N,) int64, 1-based.
        boxes_xyxy: (N, 4) float32, pixels, clipped to the frame.
        visibilities: (N,) float32, 0..1.
    """

    frame_indices: IntArray
    identities: IntArray
    boxes_xyxy: FloatArray
    visibilities: FloatArray

    def __len__(self) -> int:
        return len(self.frame_indices)
