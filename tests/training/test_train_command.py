"""`python -m trackmend_training train`, as a process with workers of its own."""

import subprocess
import sys
from pathlib import Path

from trackmend_training.protocol import Finished, Started, decode

CONFIG = """
out_dir = "out"
reid_dim = 16
crop_wh = [128, 96]
steps = 2
batch_size = 2
workers = 1
accelerator = "cpu"
threads = 1

[[sources]]
path = "material"
"""


def test_a_run_with_workers_ends_while_orders_are_awaited(
    material_dir: Path, tmp_path: Path
) -> None:
    config = tmp_path / "run.toml"
    config.write_text(CONFIG)
    assert material_dir == tmp_path / "material"
    with subprocess.Popen(
        [sys.executable, "-m", "trackmend_training", "train", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            messages = [decode(line) for line in process.stdout]
            status = process.wait(timeout=60)
        finally:
            process.kill()
    assert status == 0
    assert isinstance(messages[0], Started) and isinstance(messages[-1], Finished)
    assert Path(messages[-1].path).is_file()
