"""`python -m trackmend_training`: train, or make the bundled model; a process of its own."""

import argparse
import sys
from pathlib import Path

from trackmend_training.process import Line, run_reported


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0 done or cancelled, 2 bad input."""
    options = _parser().parse_args(arguments)
    line = Line()
    line.listen()
    commands = {"train": _train, "model": _model}
    return run_reported(line, lambda: commands[options.command](options, line))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trackmend_training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train as a TOML configuration says")
    train.add_argument("config", type=Path)
    model = commands.add_parser("model", help="repeat the training of the bundled model")
    model.add_argument("--data", type=Path, required=True, help="folder of training data")
    model.add_argument("--out", type=Path, required=True, help="receives material and checkpoints")
    return parser


def _train(options: argparse.Namespace, line: Line) -> None:
    from trackmend_training.config import TrainConfig
    from trackmend_training.trainer import fit

    config = TrainConfig.from_toml(options.config)
    fit(config, emit=line.emit, is_cancelled=line.is_cancelled)


def _model(options: argparse.Namespace, line: Line) -> None:
    from trackmend_training.recipe.bundled import bundled_config
    from trackmend_training.recipe.material import prepare_material
    from trackmend_training.trainer import fit

    material = options.out / "material"
    prepare_material(options.data, material, tell=lambda text: print(text, file=sys.stderr))  # noqa: T201
    config = bundled_config(data_dir=options.data, material_dir=material, out_dir=options.out)
    fit(config, emit=line.emit, is_cancelled=line.is_cancelled)


if __name__ == "__main__":
    sys.exit(main())
