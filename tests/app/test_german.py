"""The German catalogue: what it lacks, what fits, and how it sounds."""

import re

import pytest
from wording_sources import composed, words

from trackmend_app.wording.catalogue import Catalogue, load_catalogue
from trackmend_app.wording.composed import ComposedTexts

MOST_MISSING = 0.03
"""Texts that were written since the catalogue was brought up to date stay English until then."""

_PLACE = re.compile(r"\{[^}]*\}|%\d")


@pytest.fixture(scope="module")
def german() -> Catalogue:
    return load_catalogue("de")


def test_hardly_a_text_is_missing(german: Catalogue) -> None:
    for wanted, given in ((words(), german.words), (composed(), german.composed)):
        missing = sorted(wanted - set(given))
        assert len(missing) <= MOST_MISSING * len(wanted), missing


def test_what_is_filled_in_is_the_same_in_both(german: Catalogue) -> None:
    for texts in (german.words, german.composed):
        for source, text in texts.items():
            assert sorted(_PLACE.findall(source)) == sorted(_PLACE.findall(text)), source


def test_spaces_ends_and_questions_are_kept(german: Catalogue) -> None:
    for source, text in german.words.items():
        assert text.strip(), source
        assert source.endswith("…") == text.endswith("…"), source
        assert source[:1] == "\n" or source[:1].isspace() == text[:1].isspace(), source


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Delete track 3 from frame 12 on", "Spur 3 ab Bild 12 löschen"),
        ("Merge track 2 into track 1", "Spur 2 mit Spur 1 verbinden"),
        ("Split track 4 at frame 9", "Spur 4 bei Bild 9 trennen"),
        (
            "Track 1 ends at frame 52 and track 12 begins 63 frames later; similarity 0.97.",
            "Spur 1 endet in Bild 52, und Spur 12 beginnt 63 Bilder später; Ähnlichkeit 0.97.",
        ),
        ("Switch at crossing", "Verwechslung bei Begegnung"),
        (
            "From frame 139 track 5 looks like track 7 did before they crossed: similarity 0.87"
            " to itself, 0.92 to track 7.",
            "Ab Bild 139 sieht Spur 5 aus wie Spur 7 vor ihrer Begegnung: Ähnlichkeit 0.87 zu"
            " sich selbst, 0.92 zu Spur 7.",
        ),
        ("/data/a.mp4 is damaged.", "/data/a.mp4 ist beschädigt."),
    ],
)
def test_sentences_of_the_core_are_said_in_german(
    german: Catalogue, sentence: str, said: str
) -> None:
    assert ComposedTexts(german.composed).find(sentence) == said
