"""`trackmend data check`: asks the training process, which reads the material as a run would."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from trackmend_app.commands.train import apart, training_command


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
    letters = f"{sys.stdout.encoding or 'utf-8'}:backslashreplace"  # names may have any
    surroundings = {**os.environ, "PYTHONIOENCODING": letters}
    with subprocess.Popen(training_command(arguments), env=surroundings, **apart()) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
