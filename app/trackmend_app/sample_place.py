"""Where the sample project lives; light to import."""

from pathlib import Path

import platformdirs


def sample_folder() -> Path:
    """Return where the sample project lives, in the user's data folder."""
    return Path(platformdirs.user_data_dir("trackmend", appauthor=False)) / "sample"


def sample_project(folder: Path) -> Path:
    """Return its project file."""
    return folder / "sample.trackmend"


def sample_truth(folder: Path) -> Path:
    """Return the file that says who is where in its video."""
    return folder / "gt.txt"
