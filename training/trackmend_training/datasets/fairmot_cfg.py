"""A FairMOT cfg json: a root folder and lists of images, each list a data set of its own."""

from collections.abc import Mapping
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.jde import read_images, read_list
from trackmend_training.datasets.json_file import Json, is_file, read_json
from trackmend_training.datasets.raw import RawSource

LEVELS_UP = 4
"""The official files name their lists from `src/`, the folder above the one they lie in."""


def is_fairmot_cfg(content: Json) -> bool:
    """Return whether a json is of this form."""
    return isinstance(content, Mapping) and isinstance(content.get("train"), Mapping)


def read_fairmot_cfg(source: SourceConfig) -> RawSource:
    """Read every list under `train`; an identity of one list is nobody in another.

    The root folder is the one the file names, unless the source names one as its `images`.

    Raises:
        UserError: the file is not of this form, or names lists that are not there or are empty.
    """
    path = Path(source.path)
    content = read_json(path)
    if not is_fairmot_cfg(content):
        raise UserError(f"{path.name} is no FairMOT cfg: it has no table “train”.")
    root = Path(source.images or path.parent / str(content.get("root", ".")))
    raw = RawSource()
    for name, listed in content["train"].items():
        list_path = _find_list(Path(str(listed)), beside=path.parent)
        images = read_list(list_path, root=root)
        if not images:
            raise UserError(f"The list {list_path} of “{name}” is empty.")
        part = read_images(images, scope=str(name))
        raw.images += part.images
        raw.missing += part.missing
    return raw


def _find_list(listed: Path, *, beside: Path) -> Path:
    places = [beside, *beside.absolute().parents[:LEVELS_UP]]
    for place in places:
        if is_file(place / listed):
            return place / listed
    raise UserError(f"The list {listed} is not there.", f"It was looked for from {beside} upwards.")
