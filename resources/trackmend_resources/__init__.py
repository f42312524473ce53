"""Files that ship with Trackmend: the bundled model and its card, icons, themes, key maps."""

from importlib.resources import files
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped file, e.g. `resource_path("models", "card.md")`.

    Raises:
        FileNotFoundError: nothing of that name is shipped.
    """
    path = Path(str(files(__name__).joinpath(*parts)))
    if not path.exists():
        raise FileNotFoundError(path)
    return path
