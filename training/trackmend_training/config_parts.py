"""The parts of a training run's settings: sources, augmentation, validation; no torch."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_training.choices import AugmentStyle, Part, SourceKind, require_one_of
from trackmend_training.limits import (
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    SHARE,
    Limits,
    require_ranges,
    require_within,
)

_SOURCE_LIMITS: Limits = {
    "every": AT_LEAST_ONE,
    "frames": AT_LEAST_ONE,
    "share": NOT_NEGATIVE,
    "person_class": NOT_NEGATIVE,
    "seed": NOT_NEGATIVE,
}
_AUGMENT_LIMITS: Limits = {
    **dict.fromkeys(("centre_on_person", "flip", "grey", "blur", "compress", "occlude"), SHARE),
    **dict.fromkeys(("rotation_deg", "shear_deg", "hue_shift"), NOT_NEGATIVE),
    **dict.fromkeys(("translate", "saturation_gain", "value_gain", "min_visible"), SHARE),
}
_VALIDATION_LIMITS: Limits = {
    "every": NOT_NEGATIVE,
    "max_images": AT_LEAST_ONE,
    "max_frames": AT_LEAST_ONE,
    "patience": NOT_NEGATIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One data set of labelled images.

    Attributes:
        path: folder or file, see `SourceKind`.
        share: how often images are drawn from here, relative to the other sources.
        own_identity_per_box: boxes without identity become a class each (FairMOT section 4.4).
        kind: one of `SourceKind`.
        part: one of `Part`; of n images of a sequence the first int(n / 2) are the first half.
        every: only every n-th image of a sequence.
        images: folder that image names are relative to, where it is not beside the labels.
        person_class: the class that is a person, in YOLO text.
        frames: how many to draw, or to take from each video of a project at most.
        seed: of drawn streets.
    """

    path: str
    share: float = 1.0
    own_identity_per_box: bool = True
    kind: str = SourceKind.AUTO
    part: str = Part.ALL
    every: int = 1
    images: str | None = None
    person_class: int = 0
    frames: int = 200
    seed: int = 1

    def __post_init__(self) -> None:
        require_one_of(self.kind, SourceKind, name="kind")
        require_one_of(self.part, Part, name="part")
        require_within(self, _SOURCE_LIMITS, where="a source")


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """How an image is changed before it is learnt from.

    Attributes:
        style: one of `AugmentStyle`.
        person_height_px: smallest and largest height that the person in the middle is scaled to.
        scale_limits: source to input scale, however the person would be scaled.
        centre_on_person: share of crops around a person; the rest are around a random point.
        rotation_deg: largest angle to either side.
        shear_deg: largest shear along either axis.
        zoom: smallest and largest scale after the letterbox, `fairmot` style only.
        translate: largest shift relative to the sides, `fairmot` style only.
        clip_boxes: cut boxes at the border, `fairmot` style only; the official code does so for
            MOT20 alone. The `person` style always cuts.
        flip: share mirrored left to right.
        hue_shift: largest shift of hue, in degrees.
        saturation_gain: largest relative change.
        value_gain: largest relative change.
        grey: share without colour.
        blur: share blurred or sent through a smaller picture.
        compress: share sent through strong JPEG compression.
        occlude: share of images in which people are partly covered by other people's pictures.
        min_visible: boxes of which less remains inside the crop are left out of the loss.
    """

    style: str = AugmentStyle.PERSON
    person_height_px: tuple[float, float] = (55.0, 360.0)
    scale_limits: tuple[float, float] = (0.4, 3.0)
    centre_on_person: float = 0.8
    rotation_deg: float = 5.0
    shear_deg: float = 2.0
    zoom: tuple[float, float] = (0.5, 1.2)
    translate: float = 0.1
    clip_boxes: bool = False
    flip: float = 0.5
    hue_shift: float = 12.0
    saturation_gain: float = 0.5
    value_gain: float = 0.4
    grey: float = 0.05
    blur: float = 0.25
    compress: float = 0.15
    occlude: float = 0.3
    min_visible: float = 0.35

    def __post_init__(self) -> None:
        require_one_of(self.style, AugmentStyle, name="style")
        require_within(self, _AUGMENT_LIMITS, where="augment")
        require_ranges(self, "person_height_px", "scale_limits", "zoom", where="augment")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationConfig:
    """How a run is judged while it goes on, on material it does not learn from.

    Attributes:
        every: steps between judgements, 0 for none.
        sources: labelled images for AP, and for TPR at FAR 0.1 where people have identities.
        max_images: of the sources, spread evenly.
        sequence: a MOTChallenge folder to track, for IDF1 and MOTA.
        max_frames: of the sequence, from its start.
        patience: stop after so many judgements without a better one, 0 never.
    """

    every: int = 0
    sources: tuple[SourceConfig, ...] = ()
    max_images: int = 200
    sequence: str | None = None
    max_frames: int = 300
    patience: int = 0

    def __post_init__(self) -> None:
        require_within(self, _VALIDATION_LIMITS, where="validation")
        if self.every and not self.sources and self.sequence is None:
            raise UserError(
                "There is nothing to judge the training by.",
                "Name sources or a sequence in [validation], or set its every to 0.",
            )
