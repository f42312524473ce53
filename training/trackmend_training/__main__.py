"""`python -m trackmend_training`: train, finetune, make the bundled model; its own process."""

import argparse
import sys
from pathlib import Path

from trackmend_core.types import RunId
from trackmend_training.config import FinetuneConfig
from trackmend_training.process import EXIT_BAD_INPUT, Line, is_main_process, run_reported

FINETUNE_OPTIONS = (
    "steps",
    "batch_size",
    "learning_rate",
    "backbone_rate",
    "frozen_blocks",
    "max_frames",
    "frames_around_edit",
    "held_out_share",
    "replay_share",
    "replay_frames",
    "replay_dir",
    "keep_weight",
    "apart_weight",
    "fewest_boxes",
    "check_frames",
    "max_minutes",
    "threads",
    "seed",
)
"""Plain values of `FinetuneConfig`, each an option of the same name."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0 done or cancelled, 2 bad input."""
    options = _parser().parse_args(arguments)
    if options.command == "check":
        return _check(options)
    line = Line()
    line.listen()
    commands = {"train": _train, "model": _model, "finetune": _finetune, "ablate": _ablate}
    return run_reported(line, lambda: commands[options.command](options, line))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trackmend_training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train as a TOML configuration says")
    train.add_argument("config", type=Path)
    train.add_argument("--resume", action="store_true", help="go on with the run in out_dir")
    train.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    check = commands.add_parser("check", help="say what is in training material, and what is wrong")
    check.add_argument("paths", type=Path, nargs="+", help="sources, or a TOML configuration")
    check.add_argument("--kind", default="auto")
    check.add_argument("--images", help="folder that image names are relative to")
    check.add_argument("--part", default="all")
    check.add_argument("--json", action="store_true")
    model = commands.add_parser("model", help="repeat the training of the bundled model")
    model.add_argument("--data", type=Path, required=True, help="folder of training data")
    model.add_argument("--out", type=Path, required=True, help="receives material and checkpoints")
    model.add_argument(
        "--second-part",
        action="store_true",
        help="go on with people in ever other clothes; for a graphics card, see the model card",
    )
    _add_finetune(commands.add_parser("finetune", help="learn from a project's corrections"))
    _add_ablate(commands.add_parser("ablate", help="repeat a table of FairMOT's paper"))
    return parser


def _add_ablate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="name or number")
    parser.add_argument("data", type=Path, nargs="*", help="what to learn from")
    parser.add_argument("--judge", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--weights", action="append", default=[], metavar="ARCH=FILE")
    parser.add_argument("--score-threshold", type=float, default=0.4)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")


def _add_finetune(parser: argparse.ArgumentParser) -> None:
    usual = FinetuneConfig()
    parser.add_argument("project", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="receives images and checkpoints")
    parser.add_argument("--base", type=Path, help="model to begin with, else the run's own")
    parser.add_argument("--run-id", type=int, action="append", help="else the corrected ones")
    for name in FINETUNE_OPTIONS:
        value = getattr(usual, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument(
        "--everywhere", action="store_true", help="what is learnt holds in every scene"
    )
    parser.add_argument("--blends", type=float, nargs="+", default=usual.blends)
    parser.add_argument("--crop", type=int, nargs=2, default=usual.crop_wh, metavar=("W", "H"))


def _check(options: argparse.Namespace) -> int:
    from trackmend_core.errors import UserError
    from trackmend_training.check import run_check
    from trackmend_training.config import SourceConfig

    try:
        like = SourceConfig(path="", kind=options.kind, images=options.images, part=options.part)
        return run_check(options.paths, like=like, as_json=options.json)
    except UserError as error:
        print(f"trackmend: {error.message} {error.hint}".rstrip(), file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT


def _train(options: argparse.Namespace, line: Line) -> None:
    from trackmend_training.checkpoints import refuse_to_overwrite
    from trackmend_training.config import TrainConfig
    from trackmend_training.trainer import fit

    config = TrainConfig.from_toml(options.config, assignments=options.set)
    if not options.resume and is_main_process():
        refuse_to_overwrite(Path(config.out_dir))
    fit(config, emit=line.emit, is_cancelled=line.is_cancelled)


def _model(options: argparse.Namespace, line: Line) -> None:
    from trackmend_training.recipe.bundled import (
        MODEL_FILE_NAME,
        bundled_config,
        dressed_config,
        export_bundled,
        train_dressed,
    )
    from trackmend_training.recipe.colours import fit_colours
    from trackmend_training.recipe.material import REID_TEACHER, prepare_material
    from trackmend_training.teacher.as_torch import read_openvino
    from trackmend_training.trainer import fit

    material = options.out / "material"
    prepare_material(options.data, material, tell=lambda text: print(text, file=sys.stderr))  # noqa: T201
    config = bundled_config(data_dir=options.data, material_dir=material, out_dir=options.out)
    trained = fit(config, emit=line.emit, is_cancelled=line.is_cancelled)
    if trained is not None and options.second_part and not line.is_cancelled():
        trained = train_dressed(
            dressed_config(first=trained, material_dir=material, out_dir=options.out / "second"),
            network=read_openvino(options.data / REID_TEACHER),
            emit=line.emit,
            is_cancelled=line.is_cancelled,
        )
    if trained is not None and not line.is_cancelled():
        colours = fit_colours(options.data / "coco-person")
        export_bundled(trained, options.out / MODEL_FILE_NAME, colours=colours)


def _finetune(options: argparse.Namespace, line: Line) -> None:
    from trackmend_training.finetune import finetune

    config = FinetuneConfig(
        **{name: getattr(options, name) for name in FINETUNE_OPTIONS},
        everywhere=options.everywhere,
        blends=tuple(options.blends),
        crop_wh=tuple(options.crop),
    )
    finetune(
        options.project,
        out_dir=options.out,
        config=config,
        base=options.base,
        run_ids=None if options.run_id is None else [RunId(number) for number in options.run_id],
        emit=line.emit,
        is_cancelled=line.is_cancelled,
    )


def _ablate(options: argparse.Namespace, line: Line) -> None:
    from trackmend_core.errors import UserError
    from trackmend_training.ablation.request import AblationRequest
    from trackmend_training.ablation.run import run_ablation

    weights: dict[str, Path] = {}
    for text in options.weights:
        arch, equals, path = text.partition("=")
        if not equals:
            raise UserError(f"“{text}” names no weights.", "Write ARCH=FILE, such as dla34=w.pth.")
        weights[arch] = Path(path)
    run_ablation(
        AblationRequest(
            table=options.table,
            data=tuple(options.data),
            judge_by=tuple(options.judge),
            out=options.out,
            config=options.config,
            weights=weights,
            changes=tuple(options.set),
            score_threshold=options.score_threshold,
        ),
        emit=line.emit,
        is_cancelled=line.is_cancelled,
    )


if __name__ == "__main__":
    sys.exit(main())
