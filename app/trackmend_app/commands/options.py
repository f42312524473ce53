"""Choices and small parsers of the command line; light to import."""

from collections.abc import Sequence
from enum import StrEnum

import typer

from trackmend_core.errors import UserError


class Backend(StrEnum):
    """What runs the network."""

    AUTO = "auto"
    TORCH = "torch"
    COMPILE = "compile"
    OPENVINO = "openvino"


class Precision(StrEnum):
    """In which numbers it computes; the names of `trackmend_core.backends.Precision`."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    FAST = "fast"


class Sampler(StrEnum):
    """Where embeddings are read; the names of `trackmend_core.similarity.SamplerName`."""

    CENTRE = "centre"
    BILINEAR = "bilinear"
    ROI_ALIGN = "roi-align"
    POSITIVE_ANCHOR = "positive-anchor"
    TWO_STAGE = "two-stage"


class TrackerName(StrEnum):
    """Which way of tracking; the names of `trackmend_core.tracking.Preset`."""

    DEFAULT = "default"
    OFFICIAL = "official"
    FAIRMOT = "fairmot"
    IOU = "iou"
    SORT = "sort"
    DEEPSORT = "deepsort"
    BYTETRACK = "bytetrack"
    OCSORT = "ocsort"
    BOTSORT = "botsort"


class Rules(StrEnum):
    """Which boxes and frames are judged."""

    MOTCHALLENGE = "motchallenge"
    EVERY_ROW = "every-row"
    FAIRMOT = "fairmot"


class ExportFormat(StrEnum):
    """What an export is for."""

    MOT = "mot"
    MOT_GT = "mot-gt"


def parse_changes(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read settings such as `gate=12`, one a text.

    Raises:
        UserError: a text names no setting.
    """
    changes = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise UserError(f"{text!r} changes no setting.", "Say NAME=VALUE, such as gate=12.")
        changes.append((name.strip(), value.strip()))
    return tuple(changes)


def parse_input_size(text: str | None) -> tuple[int, int] | None:
    """Read a size such as 640x480.

    Raises:
        UserError: it is no size.
    """
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise UserError(f"{text!r} is no input size.", "Say width x height, such as 640x480.")
    return int(width), int(height)


def print_version(wanted: bool) -> None:
    """Print the version and end, if it was asked for."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"trackmend {version('trackmend')}")
        raise typer.Exit
