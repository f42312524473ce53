"""The pages of help: Markdown in the resources, with keys filled in from the action table."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from trackmend_app.wording import noted
from trackmend_resources import resource_path

_KEY = re.compile(r"\{(\w+)\}")
_LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page.

    Attributes:
        name: of its file.
        title: what a reviewer would say.
    """

    name: str
    title: str


PAGES = (
    HelpPage("swapped", noted("Two people swapped ids")),
    HelpPage("two-ids", noted("One person has two ids")),
    HelpPage("taken-over", noted("An id goes over to somebody else")),
    HelpPage("missing", noted("A person has no box")),
    HelpPage("ghost", noted("A box where nobody is")),
    HelpPage("loose", noted("A box sits badly")),
    HelpPage("mistake", noted("I made a mistake")),
    HelpPage("sure", noted("How do I know it is right?")),
    HelpPage("teach", noted("The model makes the same mistake again")),
    HelpPage("lost-video", noted("The video is not found")),
)


def page_text(name: str, *, language: str, keys: Callable[[str], str]) -> str:
    """Return a page as Markdown.

    Args:
        name: of the page.
        language: a code; a page that there is not in it is English.
        keys: the keys of an action as people read them.
    """
    known = language if language in _LANGUAGES else "en"
    text = resource_path("help", known, f"{name}.md").read_text(encoding="utf-8")
    return _KEY.sub(lambda match: f"**{keys(match[1])}**", text)


def named_actions(name: str, *, language: str) -> list[str]:
    """Return the actions whose keys a page names."""
    text = resource_path("help", language, f"{name}.md").read_text(encoding="utf-8")
    return _KEY.findall(text)
