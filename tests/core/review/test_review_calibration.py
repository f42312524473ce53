"""Probabilities and gains are held to what a walk along the queue found."""

import numpy as np
import pytest

from trackmend_core.review.bench.calibrate import (
    FEWEST_LOOKS,
    Look,
    scales_of,
    shares_of,
    with_scales,
)
from trackmend_core.review.bench.recall import blur_frames
from trackmend_core.review.fitted import Fitted, shipped


def looks(family: str, *, count: int, stretch: float, shift: float) -> list[Look]:
    """Return proposals of which as many are right as stretched and shifted log-odds say."""
    rng = np.random.default_rng(0)
    said = rng.normal(scale=2.0, size=count)
    chance = 1 / (1 + np.exp(-(stretch * said + shift)))
    return [
        (family, float(one), bool(right))
        for one, right in zip(said, rng.random(count) < chance, strict=True)
    ]


def test_what_was_over_said_is_said_less_strongly() -> None:
    scales = scales_of(looks("missed", count=3000, stretch=0.5, shift=-0.7))
    assert scales["missed"] == pytest.approx((0.5, -0.7), abs=0.1)


def test_a_family_with_few_looks_stays_as_it_is() -> None:
    few = looks("ghost", count=FEWEST_LOOKS - 1, stretch=0.5, shift=-3)
    assert scales_of(few) == {}


def test_scaled_constants_give_the_scaled_log_odds() -> None:
    fitted = Fitted(
        link={}, events={"ghost": {"constant": 1.0, "doubt": 2.0}, "missed": {"fit": 3}}
    )
    scaled = with_scales(fitted, {"ghost": (0.5, -1.0), "drift": (2.0, 0.0)})
    assert scaled.events == {"ghost": {"constant": -0.5, "doubt": 1.0}, "missed": {"fit": 3}}


def test_a_manner_of_mending_is_worth_what_it_brought() -> None:
    gains = [("merge", 90.0, 100)] * 40 + [("split", -3.0, 100)] * 40 + [("visit", 9.0, 10)] * 2
    shares = shares_of(gains)
    assert set(shares) == {"merge", "split"}, "two visits say too little"
    assert shares["merge"] == pytest.approx(0.9, abs=0.03)
    assert shares["split"] == 0.1, "never nothing, for it is right after all"


def test_constants_survive_their_file_rounded() -> None:
    fitted = shipped()
    assert Fitted.from_json(fitted.to_json()) == fitted
    assert fitted.gains.keys() == {"split"} and fitted.gains["split"] < 0.5
    odd = Fitted(link={"near": 1 / 3}, events={}, gains={"merge": 2 / 3})
    assert odd.to_json() == {"link": {"near": 0.333}, "events": {}, "gains": {"merge": 0.667}}


@pytest.mark.parametrize(("rate", "frames"), [(25.0, 5), (30.0, 6), (7.0, 2), (1.0, 2)])
def test_a_proposal_may_miss_a_moment_by_a_fifth_of_a_second(rate: float, frames: int) -> None:
    assert blur_frames(rate) == frames
