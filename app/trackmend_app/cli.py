"""The command `trackmend`: what one may say; what then happens is in `trackmend_app.commands`.

Only light modules are imported here, so that `--help` and a wrong option answer at once.
Results go to stdout, everything else to stderr. Exit status: 0 done, 1 a failed check or a bug,
2 something for the user to mend, 130 stopped by Ctrl+C.
"""

import sys
from multiprocessing import freeze_support
from pathlib import Path
from typing import Annotated

import typer

from trackmend_app.cli_bench import bench_app
from trackmend_app.cli_data import data_app
from trackmend_app.cli_model import model_app
from trackmend_app.cli_teaching import ablate, carry_over
from trackmend_app.commands.console import never_fail_at_letters, report_bug
from trackmend_app.commands.group import TrackmendGroup
from trackmend_app.commands.options import (
    Backend,
    ExportFormat,
    Precision,
    Rules,
    Sampler,
    TrackerName,
    parse_changes,
    parse_input_size,
    print_version,
)

HELP = """Review multi-object tracks, mend identity switches, and teach the model from the repairs.

Without a command: `trackmend [PROJECT | VIDEO ...]` opens the window.
"""

app = typer.Typer(
    cls=TrackmendGroup,
    help=HELP,
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(model_app, name="model")
app.add_typer(bench_app, name="bench")
app.command()(ablate)
app.command("carry-over")(carry_over)
app.add_typer(data_app, name="data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]
ModelFile = Annotated[
    Path | None,
    typer.Option("--model", help="A model file; without it the model that comes with Trackmend."),
]


def main() -> int:
    """Run the command line; return the exit status of a bug, which no command expects."""
    freeze_support()  # in a packaged program this very file is what a worker process starts
    never_fail_at_letters()
    try:
        app(prog_name="trackmend")
    except BrokenPipeError:  # the reader of our output has gone, such as `head`
        sys.stderr.close()
        return 1
    except Exception as error:
        return report_bug(error)
    return 0


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    pass


@app.command(hidden=True)
def window(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PROJECT|VIDEO")] = None,
    screenshot: Annotated[
        Path | None, typer.Option(help="Draw the window into this PNG file and end.")
    ] = None,
) -> None:
    """Open the window on a project, on videos, or on the welcome page."""
    from trackmend_app.commands.open_window import open_window

    raise typer.Exit(open_window(paths or [], screenshot=screenshot))


@app.command()
def track(
    videos: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO|DIR|LIST",
            help="Video files, folders of images, folders to search for videos and MOTChallenge "
            "sequences, or text files that list paths.",
        ),
    ],
    model: ModelFile = None,
    backend: Annotated[Backend, typer.Option(help="What runs the network.")] = Backend.AUTO,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    precision: Annotated[
        Precision,
        typer.Option(
            help="float32 is exact; fast is int8, fitted to the video (in a queue to a drawn one)."
        ),
    ] = Precision.FLOAT32,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A text file for one video, a folder for several. Without --out and --project "
            "the tracks go to stdout.",
        ),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(
            help="Put video and tracks into this .trackmend file; made if need be. A folder gets "
            "a project for each video."
        ),
    ] = None,
    score_threshold: Annotated[
        float | None,
        typer.Option(
            help="Detections at or below it take no part, 0..1. Without it the model's own."
        ),
    ] = None,
    input_size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Network input, multiples of 32.")
    ] = None,
    sampler: Annotated[
        Sampler | None,
        typer.Option(
            help="Where in the dense map embeddings are read. Without it as the model learnt."
        ),
    ] = None,
    tracker: Annotated[
        TrackerName,
        typer.Option(help="default is ours; official is the released FairMOT code to the letter."),
    ] = TrackerName.DEFAULT,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the tracker: gate=12."),
    ] = None,
    detections: Annotated[
        Path | None,
        typer.Option(
            help="Track these boxes instead of the model's: MOTChallenge det.txt, COCO .json, a "
            ".trackmend project, or a folder of files named like the videos."
        ),
    ] = None,
    no_embeddings: Annotated[
        bool,
        typer.Option("--no-embeddings", help="With --detections: no model, boxes and motion only."),
    ] = False,
    jobs: Annotated[int, typer.Option(help="So many videos at a time.")] = 1,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Leave out videos that were finished with these settings."),
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let a Dask cluster do it, such as tcp://host:8786."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the model on videos and give everybody an id.

    Writes MOTChallenge text: frame, id, left, top, width, height, score, -1, -1, -1; frames from 1.
    Boxes are the tracker's own: not clipped to the frame, and none is left out by size or shape.

    Many videos are a queue that ends in a table: one that fails does not stop the rest, and after
    an interruption of any kind the same command with --resume does what is left.
    """
    from trackmend_app.commands.track import run_track
    from trackmend_app.commands.track_request import TrackRequest

    run_track(
        TrackRequest(
            videos=tuple(videos),
            model=model,
            backend=backend.value,
            device=device,
            precision=precision.value,
            out=out,
            project=project,
            score_threshold=score_threshold,
            input_wh=parse_input_size(input_size),
            sampler=sampler.value if sampler is not None else None,
            tracker=tracker.value,
            changes=parse_changes(changes or ()),
            as_json=as_json,
            detections=detections,
            embeddings=not no_embeddings,
            jobs=jobs,
            resume=resume,
            scheduler=scheduler,
        )
    )


@app.command()
def evaluate(
    gt: Annotated[
        list[Path],
        typer.Option(
            "--gt",
            help="Ground truth: gt.txt, a MOTChallenge sequence, or a folder of sequences. "
            "May be given several times.",
        ),
    ],
    result: Annotated[
        list[Path] | None,
        typer.Option(
            "--result",
            help="What `trackmend track` wrote: a file for every --gt, or a folder with "
            "SEQUENCE.txt of each. Without it the model is run on the sequences.",
        ),
    ] = None,
    model: ModelFile = None,
    iou_min: Annotated[
        float, typer.Option(help="Boxes overlapping by this much are the same, above 0, at most 1.")
    ] = 0.5,
    rules: Annotated[
        Rules, typer.Option(help="Which boxes and frames count; fairmot repeats its script.")
    ] = Rules.MOTCHALLENGE,
    as_json: AsJson = False,
) -> None:
    """Judge tracks by ground truth: MOTA, IDF1, HOTA, switches and the counts behind them.

    Of several sequences every one gets a row, and all of them together the row OVERALL. Without
    --result a model is judged: its boxes by AP, its embeddings by TPR at FAR 0.1, its tracks as
    above, all of them by size as well.
    """
    if not result:
        from trackmend_app.commands.evaluate_model import run_evaluate_model

        run_evaluate_model(gt, model=model, rules=rules, as_json=as_json)
        return
    from trackmend_app.commands.evaluate import run_evaluate

    run_evaluate(gt, result, iou_min=iou_min, rules=rules, as_json=as_json)


@app.command()
def export(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .trackmend file.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="A file, or a folder if several videos have tracks.")
    ],
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="mot: a result; mot-gt: ground truth.")
    ] = ExportFormat.MOT,
    as_json: AsJson = False,
) -> None:
    """Write the corrected tracks of a project as MOTChallenge text, all of them."""
    from trackmend_app.commands.export import run_export

    run_export(project, out, export_format=export_format, as_json=as_json)


@app.command()
def suggest(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .trackmend file.")],
    least_probability: Annotated[
        float, typer.Option(help="Leave out what is less likely to be an error, 0..1.")
    ] = 0.1,
    limit: Annotated[
        int | None, typer.Option(min=1, help="List at most so many for each video.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what is probably wrong with the tracks, why, and what would mend it. No model is run.

    The order is that of the review queue: the largest expected gain of IDF1 per second of review
    comes first. Frames count from 1.
    """
    from trackmend_app.commands.suggest import run_suggest

    run_suggest(project, least_probability=least_probability, limit=limit, as_json=as_json)


@app.command()
def refine(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .trackmend file.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Make it so: one edit for each video.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help='Only this proposal, such as "link 7 12".'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose links between broken tracks, filled gaps, and doubles and ghosts to delete.

    Looks at all frames at once, which the online tracker cannot. Nothing is changed without
    --apply, and one undo in the window takes it back. Frames count from 1.
    """
    from trackmend_app.commands.refine import run_refine

    run_refine(project, only=tuple(only or ()), apply=apply, as_json=as_json)


@app.command()
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A TOML file.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the configuration's out_dir.")
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, e.g. augment.flip=0."),
    ] = None,
    detection_only: Annotated[
        bool, typer.Option("--detection-only", help="Teach no identity at all (Table 3).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model as a configuration says; Ctrl+C keeps the last checkpoint."""
    from trackmend_app.commands.train import run_training, train_arguments

    changed = [*(changes or ()), *(["detection_only=true"] if detection_only else [])]
    run_training(train_arguments(config, resume=resume, changes=changed), as_json=as_json)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def finetune(
    context: typer.Context,
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .trackmend file.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for checkpoints; else one beside the project."),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(help="The model to begin with; else that of the run that was corrected."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take the new model even if it got worse.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Teach a project's model from its corrections; Ctrl+C keeps the last checkpoint.

    Part of the corrected frames is held out to judge by. The new model is put into the project
    unless it got worse (exit status 1 then). Further options, such as --steps 200, go to the
    training process: see `python -m trackmend_training finetune --help`.
    """
    from trackmend_app.commands.train import run_finetune

    run_finetune(project, out=out, base=base, further=context.args, force=force, as_json=as_json)


@app.command()
def demo(
    screenshot: Annotated[
        Path | None, typer.Option(help="Draw the window into this PNG file instead of opening it.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Draw and track again; your edits of it are lost.")
    ] = False,
    prepare_only: Annotated[
        bool, typer.Option("--prepare-only", help="Make the sample project and open nothing.")
    ] = False,
) -> None:
    """Draw a street with known truth, track it, and open the sample project.

    Without a display the window is drawn into a PNG file.
    """
    from trackmend_app.commands.demo import run_demo

    raise typer.Exit(run_demo(screenshot=screenshot, fresh=fresh, prepare_only=prepare_only))


@app.command()
def selftest(as_json: AsJson = False) -> None:
    """Check this installation: imports, model, tracking, project. Exit status 1 if one fails."""
    from trackmend_app.commands.selftest import run_selftest

    raise typer.Exit(run_selftest(as_json=as_json))


if __name__ == "__main__":
    sys.exit(main())
