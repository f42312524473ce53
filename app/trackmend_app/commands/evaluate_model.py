"""`trackmend evaluate` without results: a model is run on sequences, and judged in all it does."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from trackmend_app.commands.console import drive, print_facts, print_json, print_note
from trackmend_app.commands.evaluate import facts_of, rules_for
from trackmend_app.commands.loading import load_model
from trackmend_app.commands.options import Rules
from trackmend_core.errors import UserError
from trackmend_core.evaluation import SequenceScores
from trackmend_core.jobs import as_taught, recommended_settings, said_of_scene
from trackmend_core.jobs.judge_model import (
    JudgedPart,
    ModelScores,
    SettingsFor,
    Suited,
    judge_model,
)
from trackmend_core.model import Detector, LoadedModel
from trackmend_core.video import VideoSource

MIN_SCORE = 0.02
"""Low, so that the precision-recall curve is whole."""
TRACKER = "default"


def run_evaluate_model(
    gts: Sequence[Path], *, model: Path | None, rules: Rules, as_json: bool
) -> None:
    """Run a model on sequences and print what its boxes, embeddings and tracks are worth.

    Raises:
        UserError: a sequence or the model cannot be used.
    """
    for folder in gts:
        if not folder.is_dir():
            raise UserError(
                f"{folder} is no sequence to run a model on.",
                "Name folders with gt/gt.txt and a video or img1, or give --result.",
            )
    path, loaded = load_model(model)
    detector = Detector(loaded, min_score=MIN_SCORE)
    print_note(f"{loaded.name} on {detector.description}")

    def tracker_of(model: LoadedModel) -> Mapping[str, SettingsFor]:
        return {TRACKER: lambda rate: recommended_settings(model.metadata, frame_rate=rate)}

    def suited(video: VideoSource) -> Suited:
        here = as_taught(loaded, video)
        if loaded.scenes:
            print_note(f"{video.path.name}: {said_of_scene(here)}")
        looking = detector if here is loaded else Detector(here, min_score=MIN_SCORE)
        return looking, tracker_of(here)

    scores = drive(
        judge_model(
            detector,
            [JudgedPart(folder=folder.expanduser().absolute()) for folder in gts],
            trackers=tracker_of(loaded),
            rules_of=lambda name: rules_for(rules, name),
            suited=suited,
        ),
        title="Judging",
    )
    if as_json:
        print_json({"model": str(path), **plain_scores(scores)})
    else:
        _print(scores)


def plain_scores(scores: ModelScores) -> dict[str, object]:
    """Return everything as plain values, tracks and boxes side by side."""
    tracks = scores.tracks[TRACKER]
    every = scores.sizes["all"]
    plain = tracks.to_dict() | {
        "ap": every.ap,
        "ap_mean_of_images": scores.fairmot_ap,
        "tpr_at_far_0.1": every.tpr_at_far,
        "by_size": {
            name: {
                "boxes": size.boxes,
                "ap": size.ap if size.boxes else None,
                "tpr_at_far_0.1": size.tpr_at_far,
                "id_switches": _switches(tracks, name),
            }
            for name, size in scores.sizes.items()
        },
    }
    sequences = scores.sequences[TRACKER]
    if len(sequences) > 1:
        plain["sequences"] = {name: one.to_dict() for name, one in sequences.items()}
    return plain


def _switches(tracks: SequenceScores, size: str) -> int:
    return tracks.switches_by_size.get(size, tracks.clear.id_switches)


def _print(scores: ModelScores) -> None:
    tracks = scores.tracks[TRACKER]
    print_facts(
        {
            "AP": f"{scores.sizes['all'].ap:.1%}",
            "AP, mean of images (FairMOT's script)": f"{scores.fairmot_ap:.1%}",
            **facts_of(tracks),
        }
    )
    typer.echo()
    typer.echo("| boxes (px) | number | AP | TPR at FAR 0.1 | switches |")
    typer.echo("|---|---|---|---|---|")
    for name, size in scores.sizes.items():
        tpr = "-" if size.tpr_at_far is None else f"{size.tpr_at_far:.1%}"
        ap = f"{size.ap:.1%}" if size.boxes else "-"
        cells = (name, str(size.boxes), ap, tpr, str(_switches(tracks, name)))
        typer.echo(f"| {' | '.join(cells)} |")
    typer.echo("small: below 7000 square pixels, large: above 15000 (FairMOT's Table 4)")
