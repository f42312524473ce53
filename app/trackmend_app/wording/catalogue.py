"""The catalogues: one TOML file a language in the resources, read when the program starts.

`[words]` holds our own texts, `[composed]` the patterns of the core's sentences, with `{0}`,
`{1}` ... for what is filled in. TOML needs no compiler, so a translator sees the effect of a line
with the next start.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trackmend_resources import resource_path

SYSTEM: Final = "system"
SOURCE: Final = "en"
LANGUAGES: Final = {SOURCE: "English", "de": "Deutsch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One language.

    Attributes:
        code: "de".
        words: our texts, by the English one.
        composed: patterns of sentences, by the English one.
    """

    code: str
    words: Mapping[str, str]
    composed: Mapping[str, str]


def load_catalogue(code: str) -> Catalogue:
    """Read the catalogue of a language.

    Raises:
        ValueError: there is none.
    """
    if code not in LANGUAGES or code == SOURCE:
        raise ValueError(f"no catalogue for {code!r}")
    text = resource_path("translations", f"{code}.toml").read_text(encoding="utf-8")
    stored = tomllib.loads(text)
    return Catalogue(code=code, words=stored["words"], composed=stored["composed"])


def language_for(wanted: str, *, system: str) -> str:
    """Return the language to show: the one wanted, or the system's if there is a catalogue.

    Args:
        wanted: a code, or "system".
        system: the system's locale, such as "de_AT".
    """
    code = system.partition("_")[0].lower() if wanted == SYSTEM else wanted
    return code if code in LANGUAGES else SOURCE
