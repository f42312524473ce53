"""Trains and judges every row of a table; a run that was interrupted goes on where it was."""

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from trackmend_core.jobs import recommended_settings
from trackmend_core.jobs.judge_model import JudgedPart, ModelScores, SettingsFor, judge_model
from trackmend_core.model import Detector, load_checkpoint
from trackmend_core.model.atomic_file import write_atomically
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Progress
from trackmend_resources import resource_path
from trackmend_training.ablation.drawn_sequence import draw_sequence
from trackmend_training.ablation.request import (
    AblationRequest,
    base_config,
    describe_data,
    judged_parts,
    require_weights,
)
from trackmend_training.ablation.tables import REFERENCE_SOURCE, Row, Table, table_named
from trackmend_training.config import TrainConfig
from trackmend_training.protocol import Cancelled, Finished, Message, Noted
from trackmend_training.trainer import fit

REPORT_FILE = "ablation.json"
BUNDLED = ("models", "trackmend-light.safetensors")
MIN_SCORE = 0.02
RANDOM_START = "random weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """One row as it came out.

    Attributes:
        name: of the row.
        begun_from: the weights that training began with.
        steps: that it had.
        minutes: that training and judging took, less what an earlier call had done.
        here: each measure by name; shares 0..1, switches counted.
        paper: the paper's, as far as they are known here.
    """

    name: str
    begun_from: str
    steps: int
    minutes: float
    here: dict[str, float]
    paper: dict[str, float]


def run_ablation(
    request: AblationRequest,
    *,
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Train and judge every row, and write `ablation.json`.

    Rows that differ in the association alone share one training.

    Returns:
        The report, or None when cancelled.

    Raises:
        UserError: there is no such table, or data or configuration cannot be used.
    """
    table = table_named(request.table)
    if not request.data and not request.judge_by:
        emit(Noted(text="No data were named: a street is drawn, and its halves are used."))
        request = replace(request, data=(draw_sequence(request.out),))
    parts = judged_parts(request)
    base = base_config(request, on_gpu=torch.cuda.is_available(), bundled=resource_path(*BUNDLED))
    require_weights(request, archs={row.changes.get("arch", base.arch) for row in table.rows})
    rows: list[JudgedRow] = []
    for together in _sharing_a_training(table):
        began_s = time.monotonic()
        config = row_config(base, together[0], request=request)
        emit(Noted(text=f"Table {table.number}: {', '.join(row.name for row in together)}"))
        trained = fit(config, emit=_but_the_end(emit), is_cancelled=is_cancelled)
        if trained is None or is_cancelled():
            emit(Cancelled(path=None if trained is None else str(trained)))
            return None
        scores = _drain(
            judge_model(
                Detector(load_checkpoint(trained), backend="torch", min_score=MIN_SCORE),
                parts,
                trackers={
                    row.name: _settings_for(row, score_threshold=request.score_threshold)
                    for row in together
                },
            )
        )
        steps = int(load_checkpoint(trained).metadata.get("step", config.steps))
        rows += [
            JudgedRow(
                name=row.name,
                begun_from=_begun_from(config),
                steps=steps,
                minutes=(time.monotonic() - began_s) / 60,
                here=_measures(scores, row, has_identities=not config.detection_only),
                paper=dict(row.paper),
            )
            for row in together
        ]
        _write(request, table, rows, base=base, parts=parts)
    path = request.out / REPORT_FILE
    emit(Finished(path=str(path), summary={"rows": float(len(rows))}))
    return path


def row_config(base: TrainConfig, row: Row, *, request: AblationRequest) -> TrainConfig:
    """Return the training run of a row."""
    values = base.to_dict() | dict(row.changes)
    # Where no identity is learnt there is none to be made up either.
    values["self_supervised"] &= not values["detection_only"]
    changed = TrainConfig.from_dict(values)
    given = request.weights.get(changed.arch)
    if given is not None:
        changed = replace(changed, initial_weights=str(given))
    elif changed.arch != base.arch:
        # Another network's weights are no beginning for this one.
        changed = replace(changed, initial_weights=None)
    return replace(changed, out_dir=str(request.out / _folder_name(row)), name=row.name)


def _sharing_a_training(table: Table) -> list[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        key = json.dumps(dict(row.changes), sort_keys=True)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _folder_name(row: Row) -> str:
    changes = [f"{name}-{value}" for name, value in sorted(row.changes.items())]
    return "_".join(changes) or "as-it-is"


def _begun_from(config: TrainConfig) -> str:
    if config.initial_weights is None:
        return RANDOM_START
    return f"{Path(config.initial_weights).name} ({config.initial})"


def _settings_for(row: Row, *, score_threshold: float) -> SettingsFor:
    def at(frame_rate: float) -> TrackerSettings:
        settings = recommended_settings({}, frame_rate=frame_rate, score_threshold=score_threshold)
        return TrackerSettings.from_dict(settings.to_dict() | dict(row.tracker))

    return at


def _measures(scores: ModelScores, row: Row, *, has_identities: bool) -> dict[str, float]:
    tracks, boxes = scores.tracks[row.name], scores.sizes["all"]
    measures = {
        "mota": tracks.clear.mota,
        "idf1": tracks.clear.idf1,
        "hota": tracks.hota.hota,
        "id_switches": float(tracks.clear.id_switches),
        "ap": boxes.ap,
    }
    if has_identities and boxes.tpr_at_far is not None:
        measures["tpr_at_far_0.1"] = boxes.tpr_at_far
    return measures


def _write(
    request: AblationRequest,
    table: Table,
    rows: Sequence[JudgedRow],
    *,
    base: TrainConfig,
    parts: Sequence[JudgedPart],
) -> None:
    settings: Mapping[str, Any] = base.to_dict()  # Any: values of TOML
    report = {
        "table": table.name,
        "paper_table": table.number,
        "title": table.title,
        "data": describe_data(request, parts),
        "paper_data": "MIX and the first halves of MOT17, judged by the second halves",
        "paper_source": REFERENCE_SOURCE,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "config": settings,
        "rows": [asdict(row) for row in rows],
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    write_atomically(request.out / REPORT_FILE, text.encode())


def _but_the_end(emit: Callable[[Message], None]) -> Callable[[Message], None]:
    """Pass on what a training says, less its end: more rows are to come."""

    def pass_on(message: Message) -> None:
        if not isinstance(message, Finished | Cancelled):
            emit(message)

    return pass_on


def _drain(job: Generator[Progress, None, ModelScores]) -> ModelScores:
    while True:
        try:
            next(job)
        except StopIteration as end:
            scores: ModelScores = end.value
            return scores
