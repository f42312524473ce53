"""Gathers what helps to find a fault: versions, machine, settings, keys, log, schema; no frames."""

import io
import os
import platform
import uuid
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from trackmend_app.keys.key_map import keys_file
from trackmend_app.log_file import log_path
from trackmend_app.report.scrub import scrub
from trackmend_app.settings import settings_file
from trackmend_core.errors import UserError
from trackmend_core.project.description import describe_file

MOST_LOG_BYTES = 200_000
_PACKAGES = (
    "trackmend", "numpy", "scipy", "torch", "torchvision", "openvino", "av",
    "sqlalchemy", "alembic", "lap", "motmetrics", "safetensors", "platformdirs",
)  # fmt: skip


def gather_report(*, device: str, project: Path | None) -> dict[str, str]:
    """Return the report's files, name to text; folders and account names are taken out.

    Args:
        device: what the model runs on, as the window says it.
        project: the open project, whose schema is told.
    """
    files = {
        "versions.txt": _versions(device),
        "settings.toml": _text_of(settings_file()),
        "keys.toml": _text_of(keys_file()),
        "log.txt": _text_of(log_path(), most_bytes=MOST_LOG_BYTES),
        "project.txt": describe_file(project) if project is not None else "no project is open\n",
    }
    return {name: scrub(text) for name, text in files.items()}


def as_one_text(files: Mapping[str, str]) -> str:
    """Return the report as one text, to be read or copied."""
    return "\n".join(f"== {name} ==\n{text}" for name, text in files.items())


def write_report(path: Path, files: Mapping[str, str]) -> None:
    """Write the report as a zip file.

    Raises:
        UserError: the file cannot be written.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        try:
            partial.write_bytes(packed.getvalue())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"The report cannot be written: {error.strerror or error}.", "Choose another place."
        ) from error


def suggested_name() -> str:
    """Return a name for the file."""
    return f"trackmend-report-{datetime.now():%Y-%m-%d-%H%M}.zip"


def _versions(device: str) -> str:
    lines = [f"{name} {_version(name)}" for name in _PACKAGES]
    lines += [
        f"Python {platform.python_version()}",
        f"PySide6 {PySide6.__version__}",
        f"Qt {qVersion()} on {QGuiApplication.platformName()}",
        f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores",
        f"model runs on: {device or 'not loaded yet'}",
    ]
    for screen in QGuiApplication.screens():
        size = screen.size()
        lines.append(f"screen {size.width()} x {size.height()} at {screen.devicePixelRatio():g}")
    return "\n".join(lines) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _text_of(path: Path, *, most_bytes: int | None = None) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "as usual\n" if most_bytes is None else "empty\n"
    except OSError as error:
        return f"cannot be read: {error.strerror}\n"
    return content[-most_bytes if most_bytes else 0 :].decode("utf-8", "replace")
