"""`trackmend data check`: asks the training process, which reads the material as a run would."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from trackmend_app.commands.train import training_command


def run_data_check(
    paths: Sequence[Path], *, kind: str, images: Path | None, part: str, as_json: bool
) -> int:
    """Let what is found go to stdout; return the exit status, see `data check --help`."""
    arguments = ["check", *map(str, paths), "--kind", kind, "--part", part]
    if images is not None:
        arguments += ["--images", str(images)]
    if as_json:
        arguments.append("--json")
    # In a session of its own, or Ctrl+C would have it print where it was in its code.
    with subprocess.Popen(training_command(arguments), start_new_session=True) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
