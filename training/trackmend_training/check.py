"""`data check`: says what is in training material and what is wrong with it, before a run does."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_training.choices import SourceKind
from trackmend_training.config import SourceConfig, TrainConfig, ValidationConfig
from trackmend_training.datasets.gather import kind_of, read_raw
from trackmend_training.datasets.inspect import Finding, Inspection, Level, inspect_images
from trackmend_training.datasets.judged import judged_frames, learnt_and_judged
from trackmend_training.datasets.whole_files import cut_off

EXIT_RUINOUS = 1
FILES_NAMED = 5
CONFIG_SUFFIX = ".toml"
Record = dict[str, object]
"""What is said of one source, by name: plain values, ready for JSON."""


def check_all(paths: Sequence[Path], *, like: SourceConfig) -> list[Record]:
    """Return what is in everything that is to be checked, and what is wrong with it.

    Args:
        paths: folders and files, each a source, or a configuration with its sources and what it
            is judged by.
        like: gives kind, images and part to the paths that are sources themselves.

    Raises:
        UserError: a configuration cannot be read, or there is nothing to check.
    """
    named = [
        TrainConfig.from_toml(path)
        if path.suffix == CONFIG_SUFFIX
        else replace(like, path=str(path))
        for path in paths
    ]
    records: list[Record] = []
    for one in named:
        records += check_config(one) if isinstance(one, TrainConfig) else [check_source(one)]
    if not records:
        raise UserError("There is nothing to check.", "The configuration names no sources.")
    return records


def check_config(config: TrainConfig) -> list[Record]:
    """Return what is in all that a run learns from and is judged by."""
    learnt: list[Path] = []
    judged: list[Path] = []
    records = [check_source(source, found=learnt) for source in config.sources]
    records += [check_source(source, found=judged) for source in config.validation.sources]
    if config.validation.sequence is not None:
        records.append(_check_sequence(config.validation, found=judged))
    if warning := learnt_and_judged(learnt, judged):
        records[-1] = _with_finding(records[-1], Finding(Level.WARNS, warning))
    return records


def _check_sequence(validation: ValidationConfig, *, found: list[Path]) -> Record:
    """Return what is in the sequence that is tracked for a judgement."""
    record = check_source(SourceConfig(path=str(validation.sequence), kind=SourceKind.MOT))
    if not record["usable"]:
        return record
    try:
        found += judged_frames(Path(str(validation.sequence)), max_frames=validation.max_frames)
    except UserError as error:
        return _with_finding(record, _as_finding(error))
    return record


def _with_finding(record: Record, finding: Finding) -> Record:
    findings = record["findings"]
    known = findings if isinstance(findings, list) else []
    usable = bool(record["usable"]) and finding.level is not Level.RUINS
    return {**record, "usable": usable, "findings": [*known, asdict(finding)]}


def _as_finding(error: UserError) -> Finding:
    return Finding(Level.RUINS, " ".join(part for part in (error.message, error.hint) if part))


def check_source(source: SourceConfig, *, found: list[Path] | None = None) -> Record:
    """Return what is in one source and what is wrong with it, as plain values.

    Args:
        source: to look into.
        found: receives its images.
    """
    record: Record = {"path": source.path, "kind": source.kind, "part": source.part}
    try:
        record["kind"] = str(kind_of(source))
        raw = read_raw(source)
    except UserError as error:
        return _with_finding({**record, "usable": False, "findings": []}, _as_finding(error))
    if found is not None:
        found += [image.path for image in raw.images]
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


def run_check(paths: Sequence[Path], *, like: SourceConfig, as_json: bool) -> int:
    """Print what `check_all` says; return 1 if a source would ruin a run, else 0."""
    records = check_all(paths, like=like)
    if as_json:
        text = json.dumps({"sources": records}, indent=2, ensure_ascii=False)
    else:
        text = "\n\n".join(map(_as_text, records))
    sys.stdout.write(text + "\n")
    return 0 if all(record["usable"] for record in records) else EXIT_RUINOUS


def _counts(inspection: Inspection) -> Record:
    counts = asdict(inspection)
    del counts["findings"]
    return counts


def _as_text(record: Record) -> str:
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
