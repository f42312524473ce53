"""A quantised network as one file: OpenVINO's text and weights in an archive with check sums."""

import io
import logging
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from trackmend_core.backends.kept_files import keep
from trackmend_core.backends.quiet_openvino import import_openvino

_log = logging.getLogger(__name__)


def read_quantised(path: Path) -> Any | None:  # openvino has no types
    """Return the kept OpenVINO model; None if there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
            text, weights = parts["text"].tobytes(), parts["weights"].tobytes()
        return import_openvino().Core().read_model(model=text, weights=weights)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        _log.info("the kept network %s is made again: %s", path.name, error)
        return None


def write_quantised(path: Path, model: Any) -> None:
    """Keep an OpenVINO model; a folder that refuses it only costs the time to make it again."""
    with tempfile.TemporaryDirectory(prefix="trackmend-") as folder:
        text = Path(folder) / "network.xml"
        import_openvino().save_model(model, text, compress_to_fp16=False)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            text=np.frombuffer(text.read_bytes(), np.uint8),
            weights=np.frombuffer(text.with_suffix(".bin").read_bytes(), np.uint8),
        )
    keep(path, buffer.getvalue())
