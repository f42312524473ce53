"""The constants of the review, fitted on drawn streets with known errors.

`fitted.json` is made by `trackmend bench review --fit FILE`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self

DECIMALS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Weights of the two logistic models.

    Attributes:
        link: of `links.FEATURES`: is it one person?
        events: for each family of events, of `probability.FEATURES`: does the proposal help?
        gains: for each `Alternative.manner`, what share of the boxes it promises it brings.
    """

    link: Mapping[str, float]
    events: Mapping[str, Mapping[str, float]]
    gains: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the constants of a parsed file; Any is what JSON holds."""
        return cls(
            link={name: float(value) for name, value in values["link"].items()},
            events={
                family: {name: float(value) for name, value in weights.items()}
                for family, weights in values["events"].items()
            },
            gains={name: float(value) for name, value in values.get("gains", {}).items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file, rounded to what another machine would fit as well."""
        return {
            "link": _rounded(self.link),
            "events": {family: _rounded(weights) for family, weights in self.events.items()},
            "gains": _rounded(self.gains),
        }


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, DECIMALS) + 0.0 for name, value in weights.items()}


@cache
def shipped() -> Fitted:
    """Return the constants that come with Trackmend."""
    text = files("trackmend_core.review").joinpath("fitted.json").read_text(encoding="utf-8")
    return Fitted.from_json(json.loads(text))
