"""Use OpenVINO without its telemetry and without its hold on this process's logging.

Seen in 2026.4: importing `openvino` creates a client id under the home folder and reports the
import to an analytics service; only a CI variable or a consent file stops it. The reporter is an
optional package: where it cannot be imported, OpenVINO uses a stub that does nothing. So it is
made impossible to import in this process, before OpenVINO is.
"""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

_REPORTER = "openvino_telemetry"


def import_openvino() -> ModuleType:
    """Return the `openvino` package.

    Raises:
        ImportError: it is not installed or does not load on this machine.
    """
    if _REPORTER not in sys.modules:
        blocked = cast(dict[str, ModuleType | None], sys.modules)
        blocked[_REPORTER] = None
    return importlib.import_module("openvino")


@contextmanager
def logging_kept() -> Iterator[None]:
    """Give the root logger back as it was: a conversion that fails leaves it at ERROR."""
    root = logging.getLogger()
    level, filters, handlers = root.level, list(root.filters), list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.filters[:] = filters
        root.handlers[:] = handlers
