"""Words on the screen in a person's language: what is marked, looked up, and put together."""

from trackmend_app.wording.say import counted, in_a_sentence, noted, say, say_composed, say_each

__all__ = ["counted", "in_a_sentence", "noted", "say", "say_composed", "say_each"]
