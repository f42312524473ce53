"""One thing a person can do, as a row of the table of actions, and the menus it is listed in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from trackmend_app import situation as when
from trackmend_app.situation import Situation
from trackmend_app.wording import say
from trackmend_app.wording.say import say_with_actions
from trackmend_app.wording.shown_keys import key_text, with_keys


class Menu(StrEnum):
    """Where an action is listed; the order is the menu bar's."""

    FILE = "File"
    EDIT = "Edit"
    VIEW = "View"
    VIDEO = "Video"
    TRACK = "Track"
    REVIEW = "Review"
    MODEL = "Model"
    HELP = "Help"

    @property
    def words(self) -> str:
        """Its name in the person's language."""
        return say(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """One thing a person can do.

    Attributes:
        action_id: the name that code and settings use.
        title: as listed in the menu; "…" says that a question follows.
        tip: one sentence of what happens.
        keys: default keys, the first is shown beside the title.
        group: a separator stands between groups of one menu.
        enabled_when: whether it is possible now.
        in_context_menu: offered at the box as well.
        held: it lasts as long as the key is held.
        family: name of the submenu that holds it with its like.
    """

    action_id: str
    title: str
    tip: str
    menu: Menu
    keys: tuple[str, ...] = ()
    group: int = 0
    enabled_when: Callable[[Situation], bool] = when.always
    checkable: bool = False
    in_context_menu: bool = False
    held: bool = False
    family: str = ""

    def tooltip(self) -> str:
        """Return the tip with every key that does it."""
        shown = say(" or ").join(dict.fromkeys(key_text(key) for key in self.keys))
        held = say("hold {keys}").format(keys=shown) if self.held else shown
        tip = with_keys(self.tip)
        return f"{tip} ({held})" if shown else tip

    def translated(self) -> "ActionRow":
        """Return the row in the person's language; the table itself stays English."""
        family = say(self.family) if self.family else ""
        return replace(self, title=say(self.title), tip=say_with_actions(self.tip), family=family)


def rows_of(
    menu: Menu,
    *rows: tuple[int, str, str, str, Callable[[Situation], bool], str, str],
) -> tuple[ActionRow, ...]:
    """Build rows of one menu.

    Columns: group, id, title, keys (spaces between), when possible, flags, tip.
    Flags: c(heckable), m(enu at the box), h(eld). Titles "Family/title" go into a submenu.
    """
    return tuple(
        ActionRow(
            action_id=action_id,
            title=title.rpartition("/")[2],
            family=title.rpartition("/")[0],
            tip=tip,
            menu=menu,
            keys=tuple(keys.split()),
            group=group,
            enabled_when=enabled_when,
            checkable="c" in flags,
            in_context_menu="m" in flags,
            held="h" in flags,
        )
        for group, action_id, title, keys, enabled_when, flags, tip in rows
    )
