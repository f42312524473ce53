"""How a walker looks: build, clothes and hair, drawn from a seeded generator."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

Colour = tuple[int, int, int]
"""Blue, green, red; 0..255."""

SKIN: tuple[Colour, ...] = (
    (168, 192, 228),
    (150, 178, 220),
    (122, 156, 206),
    (92, 128, 180),
    (62, 92, 142),
    (42, 62, 98),
)
HAIR: tuple[Colour, ...] = (
    (22, 22, 26),
    (28, 40, 58),
    (42, 66, 96),
    (90, 136, 172),
    (128, 130, 134),
    (40, 58, 120),
)
SOBER: tuple[Colour, ...] = (
    (32, 30, 30),
    (52, 48, 46),
    (78, 54, 40),
    (44, 54, 74),
    (92, 90, 90),
    (132, 130, 128),
    (60, 84, 96),
    (58, 74, 58),
    (112, 84, 62),
)
BRIGHT: tuple[Colour, ...] = (
    (44, 40, 190),
    (172, 96, 40),
    (206, 206, 206),
    (150, 186, 210),
    (70, 150, 70),
    (60, 170, 214),
    (150, 70, 140),
    (176, 160, 90),
    (40, 110, 214),
    (188, 170, 220),
)
TROUSERS: tuple[Colour, ...] = (
    (38, 34, 34),
    (84, 56, 40),
    (124, 88, 62),
    (142, 116, 92),
    (66, 66, 68),
    (96, 122, 142),
    (40, 52, 66),
)
SHOES: tuple[Colour, ...] = ((30, 30, 32), (44, 60, 86), (186, 188, 190), (60, 50, 46))


class Hairdo(StrEnum):
    """What covers the head."""

    SHORT = "short"
    LONG = "long"
    BALD = "bald"
    BEANIE = "beanie"
    HOOD = "hood"


class Legwear(StrEnum):
    """What covers the legs."""

    TROUSERS = "trousers"
    SHORTS = "shorts"
    SKIRT = "skirt"


class Bag(StrEnum):
    """What is carried."""

    NONE = "none"
    BACKPACK = "backpack"
    SHOULDER = "shoulder"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One person.

    Attributes:
        height_m: body height in metres.
        girth: width of body and limbs as a factor of the average.
        hem: how far the jacket hangs below the hip, in body heights.
        open_front: the jacket is open and shows the shirt.
        stripe: a band runs across the chest.
        arm_swing: 0 keeps the hands in the pockets, 1 swings them.
        texture_seed: of the folds in the cloth.
    """

    height_m: float
    girth: float
    skin: Colour
    hair: Colour
    jacket: Colour
    shirt: Colour
    legs: Colour
    shoes: Colour
    bag_colour: Colour
    hairdo: Hairdo
    legwear: Legwear
    bag: Bag
    hem: float
    open_front: bool
    stripe: bool
    arm_swing: float
    texture_seed: int


def draw_appearance(rng: np.random.Generator) -> Appearance:
    """Return a random person."""
    jackets = SOBER if rng.random() < 0.6 else BRIGHT
    legwear = rng.choice(list(Legwear), p=[0.8, 0.07, 0.13])
    hairdo = rng.choice(list(Hairdo), p=[0.45, 0.28, 0.07, 0.12, 0.08])
    return Appearance(
        height_m=float(np.clip(rng.normal(1.72, 0.08), 1.5, 1.95)),
        girth=float(np.clip(rng.normal(1.0, 0.1), 0.82, 1.3)),
        skin=_shade(rng, _pick(rng, SKIN), spread=8),
        hair=_shade(rng, _pick(rng, HAIR), spread=8),
        jacket=_shade(rng, _pick(rng, jackets), spread=16),
        shirt=_shade(rng, _pick(rng, BRIGHT), spread=16),
        legs=_shade(rng, _pick(rng, TROUSERS), spread=12),
        shoes=_shade(rng, _pick(rng, SHOES), spread=8),
        bag_colour=_shade(rng, _pick(rng, SOBER + BRIGHT), spread=12),
        hairdo=Hairdo(hairdo),
        legwear=Legwear(legwear),
        bag=Bag(rng.choice(list(Bag), p=[0.5, 0.2, 0.18, 0.12])),
        hem=float(rng.choice([0.02, 0.05, 0.09, 0.2], p=[0.3, 0.35, 0.2, 0.15])),
        open_front=bool(rng.random() < 0.3),
        stripe=bool(rng.random() < 0.18),
        arm_swing=float(rng.choice([0.15, 0.7, 1.0], p=[0.25, 0.35, 0.4])),
        texture_seed=int(rng.integers(1 << 30)),
    )


def draw_lookalike(rng: np.random.Generator, model: Appearance) -> Appearance:
    """Return another person in nearly the same clothes as `model`.

    Build, shades and the folds differ a little; the head may show other hair, and a bag be missing.
    """
    return replace(
        model,
        height_m=float(np.clip(model.height_m + rng.normal(0, 0.025), 1.5, 1.95)),
        girth=float(np.clip(model.girth * rng.normal(1, 0.03), 0.82, 1.3)),
        skin=_shade(rng, model.skin, spread=6),
        hair=_shade(rng, model.hair, spread=8),
        jacket=_shade(rng, model.jacket, spread=6),
        legs=_shade(rng, model.legs, spread=6),
        shoes=_pick(rng, SHOES),
        bag=model.bag if rng.random() < 0.5 else Bag.NONE,
        texture_seed=int(rng.integers(1 << 30)),
    )


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _shade(rng: np.random.Generator, colour: Colour, *, spread: float) -> Colour:
    """Return the colour, shifted in brightness and a little in hue."""
    shift = rng.normal(0, spread) + rng.normal(0, spread / 3, 3)
    blue, green, red = np.clip(np.asarray(colour) + shift, 14, 245).astype(int).tolist()
    return blue, green, red
