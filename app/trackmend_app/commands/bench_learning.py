"""`trackmend bench learning`: what corrections of the first half are worth on the second."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from trackmend_app.commands.bench_material import Measured, draw_measured, read_measured
from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_app.commands.store import register_model, register_video
from trackmend_app.commands.train import run_training
from trackmend_core.errors import UserError
from trackmend_core.evaluation import evaluate_sequence
from trackmend_core.jobs import (
    FrameResult,
    MemorySink,
    as_taught,
    recommended_settings,
    track_into_project,
    track_video,
)
from trackmend_core.jobs.oracle_reviewer import correct_by_truth
from trackmend_core.jobs.truth import Truth
from trackmend_core.project import Project
from trackmend_core.tracking import Tracker
from trackmend_core.types import MotTable, RunId
from trackmend_core.video import open_video

MOST_LOST = 0.02
"""No figure of another place may fall by more."""
HEADS = ("what", "MOTA", "IDF1", "HOTA", "switches", "minutes", "verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRequest:
    """What was asked for; see `trackmend bench learning --help`."""

    video: Path | None
    gt: Path | None
    others: tuple[Path, ...]
    other_gts: tuple[Path, ...]
    seeds: int
    model: Path | None
    out: Path | None
    further: tuple[str, ...]
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is said of the tracks of a sequence, or of a part of it."""

    mota: float
    idf1: float
    hota: float
    id_switches: int

    @classmethod
    def of(cls, gt: MotTable, result: MotTable) -> "Figures":
        """Judge tracks."""
        scores = evaluate_sequence(gt, result)
        return cls(
            mota=scores.clear.mota,
            idf1=scores.clear.idf1,
            hota=scores.hota.hota,
            id_switches=scores.clear.id_switches,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What one training gave.

    Attributes:
        seed: of the training.
        minutes: of the training process, judging included.
        verdict: what the finetuning itself says of the new model, by the frames it held out.
        second_half: figures of the half that was never corrected.
        elsewhere: figures of the other videos by name.
        holds: IDF1 up, switches down, and nothing elsewhere down by more than two points.
    """

    seed: int
    minutes: float
    verdict: str
    second_half: Figures
    elsewhere: dict[str, Figures]
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport:
    """The whole measurement of one video."""

    video: str
    edits: dict[str, int]
    edit_count: int
    second_half: Figures
    elsewhere: dict[str, Figures]
    learnt: list[Learnt]


def run_bench_learning(request: LearningRequest) -> None:
    """Measure and print.

    Raises:
        UserError: a video or its truth is missing, or training failed.
    """
    with ExitStack() as stack:
        if request.out is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trackmend-")))
        else:
            folder = request.out.expanduser().absolute()
            folder.mkdir(parents=True, exist_ok=True)
        target, others = _material(request, folder)
        report = _measure(target, others, request=request, folder=folder)
    if request.as_json:
        print_json(asdict(report))
    else:
        _print_report(report)


def _material(request: LearningRequest, folder: Path) -> tuple[Measured, list[Measured]]:
    if request.other_gts and len(request.other_gts) != len(request.others):
        raise UserError(
            f"There are {len(request.others)} --other and {len(request.other_gts)} --other-gt.",
            "Name one ground truth for every other video, in the same order.",
        )
    gts = request.other_gts or (None,) * len(request.others)
    others = [read_measured(v, gt) for v, gt in zip(request.others, gts, strict=True)]
    if request.video is None:
        return draw_measured(folder), others
    return read_measured(request.video, request.gt), others


def _measure(
    target: Measured, others: list[Measured], *, request: LearningRequest, folder: Path
) -> LearningReport:
    path = folder / f"{target.name}.trackmend"
    if path.exists():
        raise UserError(f"{path} is there already.", "Choose another folder with --out.")
    with Project.create(path) as project:
        model, _ = load_model(request.model)
        table, run_id, half = _run_in_project(project, target, model)
        edits: Counter[str] = drive(
            correct_by_truth(project, run_id, truth=Truth.of(target.gt), end_frame=half),
            title="Correcting",
        )
        print_note(f"{edits.total()} edits in the first {half} frames")
        before = Figures.of(_after(target.gt, half), _after(table, half))
        elsewhere = {other.name: _judge(other, model) for other in others}
        learnt = []
        for seed in range(1, request.seeds + 1):
            started = time.monotonic()
            finished = run_training(
                [
                    *("finetune", str(path), "--base", str(model), "--run-id", str(run_id)),
                    *("--out", str(folder / f"{target.name}-seed{seed}"), "--seed", str(seed)),
                    *request.further,
                ],
                as_json=False,
                says_path=False,
            )
            minutes = (time.monotonic() - started) / 60
            new_table, _, _ = _run_in_project(project, target, Path(finished.path))
            after = Figures.of(_after(target.gt, half), _after(new_table, half))
            there = {other.name: _judge(other, Path(finished.path)) for other in others}
            learnt.append(
                Learnt(
                    seed=seed,
                    minutes=minutes,
                    verdict=str(finished.summary.get("verdict", "")),
                    second_half=after,
                    elsewhere=there,
                    holds=holds(before, after) and keeps(elsewhere, there),
                )
            )
    return LearningReport(
        video=target.name,
        edits=dict(edits),
        edit_count=edits.total(),
        second_half=before,
        elsewhere=elsewhere,
        learnt=learnt,
    )


def holds(before: Figures, after: Figures) -> bool:
    """Return whether the loop helped: IDF1 up and switches down; of none, none may come."""
    fewer = after.id_switches < before.id_switches or after.id_switches == 0
    return after.idf1 > before.idf1 and fewer


def keeps(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> bool:
    """Return whether nothing fell by more than two points elsewhere."""
    return all(
        getattr(after[name], figure) >= getattr(one, figure) - MOST_LOST
        for name, one in before.items()
        for figure in ("mota", "idf1", "hota")
    )


def _after(table: MotTable, half: int) -> MotTable:
    """Return the rows of the second half; frames count from 1."""
    return table.select(table.frames > half)


def _run_in_project(
    project: Project, target: Measured, model_path: Path
) -> tuple[MotTable, RunId, int]:
    """Track the video as a new run; return its tracks, the run, and where the first half ends."""
    _, loaded = load_model(model_path)
    sink = MemorySink()
    with open_video(target.video) as source:
        model = as_taught(loaded, source)
        run_id = drive(
            track_into_project(
                project=project,
                video_id=register_video(project, target.video, source),
                model_id=register_model(project, model_path, loaded),
                source=source,
                detector=make_detector(model),
                settings=recommended_settings(model.metadata, frame_rate=source.frame_rate),
                detector_settings={},
                description=model.name,
                on_frame=_into(sink),
            ),
            title=target.name,
        )
        half = source.frame_count // 2
    return sink.table(), run_id, half


def _into(sink: MemorySink) -> Callable[[FrameResult], None]:
    return lambda result: sink.write(result.frame_index, result.detections, result.tracked)


def _judge(other: Measured, model_path: Path) -> Figures:
    _, loaded = load_model(model_path)
    sink = MemorySink()
    with open_video(other.video) as source:
        model = as_taught(loaded, source)
        settings = recommended_settings(model.metadata, frame_rate=source.frame_rate)
        job = track_video(
            source=source,
            detector=make_detector(model),
            tracker=Tracker(settings),
            writer=sink,
        )
        drive(job, title=other.name)
    return Figures.of(other.gt, sink.table())


def _print_report(report: LearningReport) -> None:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(report.edits.items()))
    typer.echo(f"{report.video}: {report.edit_count} edits in the first half ({kinds})")
    typer.echo(f"| {' | '.join(HEADS)} |")
    typer.echo(f"|{'---|' * len(HEADS)}")
    _print_row("second half before", report.second_half)
    for one in report.learnt:
        verdict = f"{one.verdict}; {'holds' if one.holds else 'does not hold'}"
        _print_row(
            f"second half, seed {one.seed}",
            one.second_half,
            minutes=f"{one.minutes:.1f}",
            verdict=verdict,
        )
    for name, before in report.elsewhere.items():
        _print_row(f"{name} before", before)
        for one in report.learnt:
            _print_row(f"{name}, seed {one.seed}", one.elsewhere[name])


def _print_row(what: str, figures: Figures, *, minutes: str = "", verdict: str = "") -> None:
    cells = [
        what,
        *(f"{share:.3f}" for share in (figures.mota, figures.idf1, figures.hota)),
        str(figures.id_switches),
        minutes,
        verdict,
    ]
    typer.echo(f"| {' | '.join(cells)} |")
