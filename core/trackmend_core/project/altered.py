"""Finds numbers that changed on the disk, which SQLite's own check cannot see.

A box of the model that no edit ever touched is stored twice: as the tracker put it out, which
triggers guard, and in the layer, where triggers log every change. Where the two differ, neither
Trackmend nor a person did it. Boxes that an edit touched, undone ones included, are left out: this
finds one flipped bit out of a few, and never a false one.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.project.backups import is_sound, list_backups

_COLUMNS: Final = ("frame_index", "x1", "y1", "x2", "y2", "score", "class_id", "detection_id")

_QUERY: Final = (
    "SELECT count(*) FROM boxes JOIN run_boxes ON run_boxes.id = boxes.id"
    " WHERE boxes.source = 'model' AND ("
    + " OR ".join(f"boxes.{name} IS NOT run_boxes.{name}" for name in _COLUMNS)
    + ") AND boxes.id NOT IN (SELECT id FROM box_images)"
)


def altered_boxes(path: Path) -> int:
    """Return how many boxes of a project file differ though nobody changed them; it is only read.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        (count,) = database.execute(_QUERY).fetchone()
    return int(count)


def damage(path: Path) -> UserError | None:
    """Return what to tell about numbers that changed on the disk, None if there are none."""
    try:
        count = altered_boxes(path)
    except sqlite3.Error:  # what it is will be said by who reads next
        return None
    if not count:
        return None
    backup = next(
        (one for one in list_backups(path) if is_sound(one) and not _is_altered(one)), None
    )
    return UserError(
        f"In {path.name} {count} boxes changed that nobody edited: a disk or a copy damaged it.",
        f"The newest backup without this is {backup}: copy it to another name and open that."
        if backup
        else "No backup without this is there. Make a copy on another disk before you go on.",
    )


def _is_altered(backup: Path) -> bool:
    try:
        return altered_boxes(backup) > 0
    except sqlite3.Error:
        return True
