"""`trackmend bench`: what one may say; each measures a part of Trackmend on a video with truth."""

from pathlib import Path
from typing import Annotated

import typer

bench_app = typer.Typer(help="Measure parts of Trackmend on videos with ground truth.")


@bench_app.command("presets")
def presets(
    sequences: Annotated[
        list[Path],
        typer.Argument(metavar="SEQUENCE", help="Folders with gt/gt.txt and a video or img1."),
    ],
    model: Annotated[Path | None, typer.Option(help="A model file; else the bundled one.")] = None,
    score_threshold: Annotated[
        float | None, typer.Option(help="Instead of the model's own, 0..1.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Compare every way of tracking on the same detections; then FairMOT's ingredients."""
    from trackmend_app.commands.bench_presets import run_bench_presets

    run_bench_presets(sequences, model=model, score_threshold=score_threshold, as_json=as_json)


@bench_app.command(
    "learning", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def learning(
    context: typer.Context,
    video: Annotated[
        Path | None,
        typer.Argument(metavar="VIDEO", help="Without it a street with look-alikes is drawn."),
    ] = None,
    gt: Annotated[
        Path | None,
        typer.Option("--gt", help="Its ground truth: gt.txt, or a MOTChallenge folder."),
    ] = None,
    other: Annotated[
        list[Path] | None,
        typer.Option("--other", help="A video of another place, to see what is forgotten."),
    ] = None,
    other_gt: Annotated[
        list[Path] | None,
        typer.Option("--other-gt", help="Ground truth of each --other, in order."),
    ] = None,
    seeds: Annotated[int, typer.Option(help="Trainings, each with a seed of its own.")] = 3,
    model: Annotated[
        Path | None, typer.Option(help="The model to begin with; else the bundled one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Keep projects and models in this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Measure the learning loop: correct the first half, finetune, judge the second half.

    A reviewer who knows the truth corrects the tracks of the first half through the edit log, with
    the edits that people have, each of them counted. The second half is never corrected and never
    learnt from; it is judged before and after. Further options, such as --steps 200, go to the
    training process.
    """
    from trackmend_app.commands.bench_learning import LearningRequest, run_bench_learning

    run_bench_learning(
        LearningRequest(
            video=video,
            gt=gt,
            others=tuple(other or ()),
            other_gts=tuple(other_gt or ()),
            seeds=seeds,
            model=model,
            out=out,
            further=tuple(context.args),
            as_json=as_json,
        )
    )
