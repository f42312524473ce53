"""What settings of a training run may be, by name; no torch."""

from enum import StrEnum

from trackmend_core.errors import UserError


class SourceKind(StrEnum):
    """What form labelled images have."""

    AUTO = "auto"
    """Told by what is there."""
    JDE = "jde"
    """A folder with `images` and `labels_with_ids`, or a list of image paths, one a line."""
    FAIRMOT = "fairmot"
    """A FairMOT cfg json, which names a root folder and lists."""
    MOT = "mot"
    """A MOTChallenge sequence, or a folder of them."""
    CROWDHUMAN = "crowdhuman"
    """CrowdHuman's `.odgt`, full-body boxes."""
    COCO = "coco"
    """COCO json, persons only."""
    YOLO = "yolo"
    """A folder with `images` and `labels`, boxes without identity."""
    STREET = "street"
    """Drawn streets; the folder receives them."""
    PROJECT = "project"
    """A Trackmend project: its tracks as corrected."""


class Part(StrEnum):
    """Which images of every sequence: the halves of the half-split convention, or all."""

    ALL = "all"
    FIRST_HALF = "first-half"
    SECOND_HALF = "second-half"


class AugmentStyle(StrEnum):
    """How a crop is taken from an image."""

    PERSON = "person"
    """Around people, scaled to a wanted height; ours."""
    FAIRMOT = "fairmot"
    """The whole image, letterboxed and moved by a random affine map; the official code's."""


class Precision(StrEnum):
    """In which numbers a network is trained; `auto` takes what the device is quick at."""

    AUTO = "auto"
    FLOAT32 = "32-true"
    BFLOAT16 = "bf16-mixed"
    FLOAT16 = "16-mixed"


class Accelerator(StrEnum):
    """What computes; `auto` takes a graphics card where there is one."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Sampling(StrEnum):
    """In which order images come."""

    SHARES = "shares"
    """Each is drawn anew, as the sources' shares say."""
    SHUFFLE = "shuffle"
    """Every image once an epoch, whatever the shares say."""


class Schedule(StrEnum):
    """What the learning rate does after the warm-up."""

    COSINE = "cosine"
    STEP = "step"


class OptimiserName(StrEnum):
    """Which optimiser; the official code's is Adam."""

    ADAMW = "adamw"
    ADAM = "adam"


class InitialPart(StrEnum):
    """What is taken from the initial weights: all, or all but the heads."""

    WHOLE = "whole"
    BACKBONE = "backbone"


class IdentityLoss(StrEnum):
    """How identities are told apart."""

    CROSS_ENTROPY = "cross-entropy"
    FOCAL = "focal"


class RegressionLoss(StrEnum):
    """How boxes and offsets are compared."""

    L1 = "l1"
    SMOOTH_L1 = "smooth-l1"


class HeatMapLoss(StrEnum):
    """How heat maps are compared."""

    FOCAL = "focal"
    MSE = "mse"


def require_one_of(value: str, choices: type[StrEnum], *, name: str) -> None:
    """Check a choice.

    Raises:
        UserError: it is none of them.
    """
    if value not in tuple(choices):
        raise UserError(f"“{value}” is no {name}.", f"Choose one of {', '.join(choices)}.")
