from trackmend_app.wording.composed import ComposedTexts

GERMAN = ComposedTexts(
    {
        "Delete {0}": "{0} löschen",
        "Delete {0} from frame {1} on": "{0} ab Bild {1} löschen",
        "track {0}": "Spur {0}",
        "Nothing was given to open.": "Es wurde nichts zum Öffnen angegeben.",
        "{0} of {1}": "{0} von {1}",
    }
)


def test_a_fixed_sentence_is_found_whole() -> None:
    assert GERMAN.find("Nothing was given to open.") == "Es wurde nichts zum Öffnen angegeben."


def test_a_pattern_keeps_what_was_filled_in_and_says_parts_in_turn() -> None:
    assert GERMAN.find("Delete track 3") == "Spur 3 löschen"


def test_the_pattern_that_says_most_wins() -> None:
    assert GERMAN.find("Delete track 3 from frame 12 on") == "Spur 3 ab Bild 12 löschen"


def test_a_sentence_of_no_pattern_stays_as_it_is() -> None:
    assert GERMAN.find("Something else") == "Something else"
