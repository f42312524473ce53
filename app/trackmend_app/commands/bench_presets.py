"""`trackmend bench presets`: every way of tracking on the same detections, as a table."""

from collections.abc import Sequence
from pathlib import Path

import typer

from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_core.evaluation import SequenceScores
from trackmend_core.jobs.compare_presets import ComparedTracker, compare_presets

OVERALL = "together"


def run_bench_presets(
    folders: Sequence[Path], *, model: Path | None, score_threshold: float | None, as_json: bool
) -> None:
    """Detect once in each sequence, track with everything, and print two Markdown tables.

    Raises:
        UserError: a folder is no sequence, or the model cannot be used.
    """
    _, loaded = load_model(model)
    detector = make_detector(loaded)
    print_note(f"{loaded.name} on {detector.description}")
    if loaded.scenes:
        print_note("What it learnt in single scenes is not used.")
    compared = drive(
        compare_presets(
            [folder.expanduser().absolute() for folder in folders],
            detector=detector,
            metadata=loaded.metadata,
            score_threshold=score_threshold,
        ),
        title="Comparing",
    )
    if as_json:
        print_json({"model": loaded.name, "trackers": [_plain(one) for one in compared]})
        return
    _print_table("tracker", [one for one in compared if one.is_preset])
    typer.echo()
    _print_table("ingredients (FairMOT, table 6)", [one for one in compared if not one.is_preset])


def _columns(one: ComparedTracker) -> dict[str, SequenceScores]:
    return one.sequences if len(one.sequences) == 1 else one.sequences | {OVERALL: one.overall}


def _plain(one: ComparedTracker) -> dict[str, object]:
    scores = {
        name: {"mota": s.clear.mota, "idf1": s.clear.idf1, "hota": s.hota.hota}
        | {"id_switches": s.clear.id_switches, "fragmentations": s.clear.fragmentations}
        for name, s in _columns(one).items()
    }
    return {"name": one.name, "milliseconds": round(one.milliseconds, 3), "scores": scores}


def _print_table(first: str, compared: Sequence[ComparedTracker]) -> None:
    names = list(_columns(compared[0]))
    heads = [first, *(f"{name}: MOTA, IDF1, HOTA, switches" for name in names), "ms a frame"]
    typer.echo(f"| {' | '.join(heads)} |")
    typer.echo(f"|{'---|' * len(heads)}")
    for one in compared:
        cells = [_cell(scores) for scores in _columns(one).values()]
        typer.echo(f"| {' | '.join([one.name, *cells, f'{one.milliseconds:.2f}'])} |")


def _cell(scores: SequenceScores) -> str:
    clear = scores.clear
    figures = " ".join(f"{100 * v:.1f}" for v in (clear.mota, clear.idf1, scores.hota.hota))
    return f"{figures} {clear.id_switches}"
