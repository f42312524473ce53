from wording_sources import composed, unfixed, unspoken, words


def test_no_text_goes_to_the_screen_without_a_translation_call() -> None:
    assert unspoken() == []


def test_what_is_to_be_translated_is_written_out() -> None:
    assert unfixed() == []


def test_the_sources_are_read() -> None:
    assert "Swap from here on" in words()
    assert "Make {0} a keyframe" in composed()
    assert len(words()) > 400
    assert len(composed()) > 300
