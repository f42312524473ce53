"""Build the wheel, check what is in it, and run its self test from an unpacked copy.

Run as `python packaging/smoke_test.py` inside the environment that `make` creates. The wheel's
dependencies are taken from that environment; only Trackmend itself comes from the wheel.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = {"trackmend_app", "trackmend_core", "trackmend_training", "trackmend_resources"}
NOTES = {".md", ".pyc"}
"""Endings of what is for developers, outside of the resources."""


def build_wheel(folder: Path) -> Path:
    """Build the wheel into a folder and return its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", str(folder)]
    subprocess.run([*command, str(REPOSITORY)], check=True)
    return next(folder.glob("trackmend-*.whl"))


def needed() -> list[str]:
    """Return every file that the packages have here: code, fonts, icons, fitted numbers, models."""
    found: list[str] = []
    for package in sorted(REPOSITORY.glob("*/trackmend_*")):
        keeps_notes = package.name == "trackmend_resources"
        found += (
            path.relative_to(package.parent).as_posix()
            for path in sorted(package.rglob("*"))
            if path.is_file() and (path.suffix not in NOTES or keeps_notes)
        )
    return [name for name in found if not name.endswith(".pyc")]


def complaints(wheel: Path) -> list[str]:
    """Return what is wrong with the content of a wheel."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    found = [f"unexpected at the top: {top}" for top in sorted(tops - PACKAGES)]
    found += [f"missing package: {package}" for package in sorted(PACKAGES - tops)]
    return found + [f"missing file: {name}" for name in needed() if name not in names]


def main() -> int:
    """Return 0 if the wheel is whole and its self test passes."""
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        wheel = build_wheel(folder)
        problems = complaints(wheel)
        print("\n".join(problems) or f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, whole")
        if problems:
            return 1
        unpacked = folder / "unpacked"
        zipfile.ZipFile(wheel).extractall(unpacked)
        program = "from trackmend_app.cli import main; main()"
        environment = {**os.environ, "PYTHONPATH": str(unpacked)}
        return subprocess.run(
            [sys.executable, "-c", program, "selftest"], cwd=folder, env=environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
