"""`data check`: says what is in training material and what is wrong with it, before a run does."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.gather import kind_of, read_raw
from trackmend_training.datasets.inspect import Finding, Inspection, Level, inspect_images
from trackmend_training.datasets.whole_files import cut_off

EXIT_RUINOUS = 1
FILES_NAMED = 5
CONFIG_SUFFIX = ".toml"


def sources_of(paths: Sequence[Path], *, like: SourceConfig) -> list[SourceConfig]:
    """Return what is to be checked: each path a source, or a configuration with its sources.

    Args:
        paths: folders and files.
        like: gives kind, images and part to the paths that are sources themselves.

    Raises:
        UserError: a configuration cannot be read.
    """
    sources: list[SourceConfig] = []
    for path in paths:
        if path.suffix == CONFIG_SUFFIX:
            config = TrainConfig.from_toml(path)
            sources += [*config.sources, *config.validation.sources]
        else:
            sources.append(replace(like, path=str(path)))
    if not sources:
        raise UserError("There is nothing to check.", "The configuration names no sources.")
    return sources


def check_source(source: SourceConfig) -> dict[str, object]:
    """Return what is in one source and what is wrong with it, as plain values."""
    record: dict[str, object] = {"path": source.path, "kind": source.kind, "part": source.part}
    try:
        record["kind"] = str(kind_of(source))
        raw = read_raw(source)
    except UserError as error:
        text = " ".join(part for part in (error.message, error.hint) if part)
        return {**record, "usable": False, "findings": [asdict(Finding(Level.RUINS, text))]}
    inspection = inspect_images(raw.images)
    findings = list(inspection.findings)
    lost, partly = cut_off(image.path for image in raw.images)
    if unread := [*raw.missing, *lost]:
        text = f"{len(unread)} images are missing or cannot be read: {_named(unread)}"
        findings.insert(0, Finding(Level.RUINS, text))
    if partly:
        text = f"{len(partly)} images are cut off; what is left of them is used: {_named(partly)}"
        findings.append(Finding(Level.WARNS, text))
    findings += [Finding(Level.WARNS, note) for note in raw.notes]
    return {
        **record,
        "usable": not any(finding.level is Level.RUINS for finding in findings),
        "missing_images": len(unread),
        **_counts(inspection),
        "findings": [asdict(finding) for finding in findings],
    }


def _named(paths: Sequence[Path]) -> str:
    more = " ..." if len(paths) > FILES_NAMED else ""
    return ", ".join(map(str, paths[:FILES_NAMED])) + more


def run_check(sources: Sequence[SourceConfig], *, as_json: bool) -> int:
    """Print what `check_source` says of each source; return 1 if one would ruin a run, else 0."""
    records = [check_source(source) for source in sources]
    if as_json:
        text = json.dumps({"sources": records}, indent=2, ensure_ascii=False)
    else:
        text = "\n\n".join(map(_as_text, records))
    sys.stdout.write(text + "\n")
    return 0 if all(record["usable"] for record in records) else EXIT_RUINOUS


def _counts(inspection: Inspection) -> dict[str, object]:
    counts = asdict(inspection)
    del counts["findings"]
    return counts


def _as_text(record: dict[str, object]) -> str:
    shown = {
        name.replace("_", " "): value
        for name, value in record.items()
        if name not in ("findings", "path", "usable")
    }
    width = max(map(len, shown))
    lines = [str(record["path"]), *(f"  {name:<{width}}  {v}" for name, v in shown.items())]
    findings = record["findings"]
    for finding in findings if isinstance(findings, list) else []:
        word = "Refused" if finding["level"] == Level.RUINS else "Warning"
        lines.append(f"  {word}: {finding['text']}")
    if record["usable"]:
        lines.append("  Usable.")
    return "\n".join(lines)
