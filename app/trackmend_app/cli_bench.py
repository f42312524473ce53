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

    further = list(context.args)
    if video is not None and str(video).startswith("-"):
        # Without a video the first further option stands in its place.
        further, video = [str(video), *further], None

    run_bench_learning(
        LearningRequest(
            video=video,
            gt=gt,
            others=tuple(other or ()),
            other_gts=tuple(other_gt or ()),
            seeds=seeds,
            model=model,
            out=out,
            further=tuple(further),
            as_json=as_json,
        )
    )


@bench_app.command("review")
def review(
    sequences: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SEQUENCE", help="Folders with gt/gt.txt and a video or img1."),
    ] = None,
    streets: Annotated[int, typer.Option(min=0, help="Drawn streets to measure on.")] = 2,
    first_street: Annotated[int, typer.Option(help="Seed of the first of them.")] = 1000,
    street: Annotated[
        list[int] | None,
        typer.Option(metavar="SEED", help="A further drawn street; may be given again."),
    ] = None,
    crowds: Annotated[
        int, typer.Option(min=0, help="Drawn squares full of small people to measure on.")
    ] = 0,
    throngs: Annotated[
        int, typer.Option(min=0, help="Drawn squares with sixty people to measure on.")
    ] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Sets of errors for each video.")] = 5,
    model: Annotated[Path | None, typer.Option(help="A model file; else the bundled one.")] = None,
    fit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Instead, fit the queue's constants into this file."),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(help="Instead, check the queue on a copy of this project, with known swaps."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Measure the review queue: what it finds, and how much faster it makes a reviewer.

    Known errors are put into true tracks; then a reviewer who knows the truth mends the tracker's
    own tracks, along the queue and without it. A look is one track, with whoever is near it, over
    one second of video: one card of the queue, or one step of going through the whole video. It
    takes 5 seconds, an edit 3 more.
    """
    from trackmend_app.commands.bench_review import run_bench_review, run_fit
    from trackmend_app.commands.queue_check import run_queue_check

    if project is not None:
        run_queue_check(project, as_json=as_json)
        return
    if fit is not None:
        run_fit(fit, model=model)
        return
    run_bench_review(
        sequences or [],
        streets=streets,
        first_street=first_street,
        further_streets=street or [],
        crowds=crowds,
        throngs=throngs,
        seeds=seeds,
        model=model,
        as_json=as_json,
    )
