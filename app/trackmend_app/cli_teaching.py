"""`trackmend ablate` and `carry-over`: what one may say."""

from pathlib import Path
from typing import Annotated

import typer


def ablate(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="samplers (1), backbones (2), tasks (3), dimensions (5) or association (6).",
        ),
    ],
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DATA",
            help="MOTChallenge sequences or folders of them: first halves are learnt from, second "
            "ones judged by. With --judge any training material. Without DATA a street is drawn.",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Receives every row's run and the report.")
    ] = Path("ablation"),
    judge: Annotated[
        list[Path] | None,
        typer.Option("--judge", metavar="SEQUENCE", help="Judge by this; learn from all DATA."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A training's TOML that rows are changes of. Without it the paper's run on a "
            "graphics card, and a small one of the light network elsewhere."
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(metavar="ARCH=FILE", help="Weights that a network begins with."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Length of every training.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of every row."),
    ] = None,
    score_threshold: Annotated[
        float, typer.Option(help="Of the tracker; FairMOT's ablations have 0.4.")
    ] = 0.4,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Repeat a table of FairMOT's paper: train and judge each row, beside the paper's figures.

    The same command goes on with an ablation that was interrupted.
    """
    from trackmend_app.commands.ablate import AblateRequest, run_ablate

    run_ablate(
        AblateRequest(
            table=table,
            data=tuple(data or ()),
            judge_by=tuple(judge or ()),
            out=out,
            config=config,
            weights=tuple(weights or ()),
            steps=steps,
            changes=tuple(changes or ()),
            score_threshold=score_threshold,
            as_json=as_json,
        )
    )


def carry_over(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .trackmend file.")],
    from_run: Annotated[
        int | None, typer.Option("--from", help="The corrected run; else the newest one before.")
    ] = None,
    to_run: Annotated[
        int | None, typer.Option("--to", help="The newer run; else every video's shown one.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Make it so: one edit for each video.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Carry corrections of an earlier run over to a newer one; conflicts are listed.

    What was decided is found again by overlap and appearance. Nothing is changed without --apply,
    the earlier run never is, and one undo in the window takes it back. Frames count from 1.
    """
    from trackmend_app.commands.carry_over import run_carry_over

    run_carry_over(project, from_run=from_run, to_run=to_run, apply=apply, as_json=as_json)
