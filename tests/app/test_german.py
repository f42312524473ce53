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
        (
            "Track 12 is not seen in 16 frames from frame 7 on.",
            "Spur 12 ist ab Bild 7 16 Bilder lang nicht zu sehen.",
        ),
        (
            "Track 2 seems to go on with track 1, which ends in frame 40: it begins after 9 frames"
            " without it, 0.3 heights from where that was heading.",
            "Spur 2 scheint Spur 1 fortzusetzen, die in Bild 40 endet: Sie beginnt nach einer Lücke"
            " (9 Bilder), 0.3 Höhen neben deren Weg.",
        ),
        (
            "Give track 4 to track 8 in frames 56 to 59",
            "Spur 4 in den Bildern 56 bis 59 an Spur 8 geben",
        ),
        ("Give track 4 to a new track from frame 9 on", "Spur 4 ab Bild 9 an eine neue Spur geben"),
        ("Swap track 1 and track 2 from frame 81 on", "Spur 1 und Spur 2 ab Bild 81 tauschen"),
        ("Interpolate track 4 in frames 3 to 4", "Spur 4 in den Bildern 3 bis 4 auffüllen"),
        ("Propagate track 4 in frame 30", "Spur 4 in Bild 30 weitertragen"),
        ("Delete track 5 in frames 25 to 71", "Spur 5 in den Bildern 25 bis 71 löschen"),
        ("Delete the box of track 7 in frame 12", "den Kasten der Spur 7 in Bild 12 löschen"),
        ("Mark track 3 as occluded in frame 2", "Spur 3 in Bild 2 als verdeckt kennzeichnen"),
        ("Mark track 3 as seen from frame 2 on", "Spur 3 ab Bild 2 als zu sehen kennzeichnen"),
        (
            "Swap track 1 and track 2 in frame 8 (2 Kästen, 2 Spuren) · ‹undo› takes it back",
            "Spur 1 und Spur 2 in Bild 8 tauschen (2 Kästen, 2 Spuren) · ‹undo› nimmt es zurück",
        ),
        ("Refine: 4 links, 1 deleted track", "Verfeinern: 4 Verbindungen, 1 gelöschte Spur"),
        (
            "Merge track 3, track 4 and 12 more into track 2",
            "Spur 3, Spur 4 und 12 weitere mit Spur 2 verbinden",
        ),
        ("Undone: Delete track 3 in frame 9", "Zurückgenommen: Spur 3 in Bild 9 löschen"),
        ("Verified: all tracks, frames 1–11", "Geprüft: alle Spuren, Bilder 1–11"),
        ("Verified: tracks 1, 2, 7, frames 3–9", "Geprüft: Spuren 1, 2, 7, Bilder 3–9"),
        (
            "No longer verified: 12 tracks, frames 1–40",
            "Nicht mehr geprüft: 12 Spuren, Bilder 1–40",
        ),
        (
            "Verified: track 2, frames 3–9 · ‹toggle_verified› again or ‹undo› takes it back",
            "Geprüft: Spur 2, Bilder 3–9 · noch einmal ‹toggle_verified› oder ‹undo› nimmt es "
            "zurück",
        ),
        (
            "Probably no switch is left (0 to 1).",
            "Wahrscheinlich ist keine Verwechslung übrig (0 bis 1).",
        ),
        ("About 12 switches are left (9 to 17).", "Etwa 12 Verwechslungen sind übrig (9 bis 17)."),
        (
            "Go on with the queue: 5 suspicions wait in it.",
            "Machen Sie mit der Warteschlange weiter: 5 Verdachtsfälle warten darin.",
        ),
        (
            "Open again: Not an error: Swap track 1 and track 2 from frame 81 on",
            "Wieder geöffnet: Kein Fehler: Spur 1 und Spur 2 ab Bild 81 tauschen",
        ),
    ],
)
def test_sentences_of_the_core_are_said_in_german(
    german: Catalogue, sentence: str, said: str
) -> None:
    assert ComposedTexts(german.composed).find(sentence) == said
