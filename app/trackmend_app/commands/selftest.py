"""`trackmend selftest`: whether this installation does its main job, from imports to an export."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from trackmend_app.commands.console import print_json, progress_bar
from trackmend_app.commands.selftest_checks import CHECKS, Workbench
from trackmend_core.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What became of one check."""

    name: str
    passed: bool
    detail: str
    seconds: float


def run_selftest(*, as_json: bool) -> int:
    """Run every check, print the table, and return 0 if all passed, else 1."""
    results: list[CheckResult] = []
    with (
        tempfile.TemporaryDirectory(prefix="trackmend-selftest-") as folder,
        progress_bar() as bar,
    ):
        task = bar.add_task("Self-test", total=len(CHECKS), speed="")
        bench = Workbench(folder=Path(folder))
        for name, check in CHECKS.items():
            bar.update(task, description=name)
            results.append(_run(name, check, bench))
            bar.advance(task)
    passed = all(result.passed for result in results)
    if as_json:
        print_json({"passed": passed, "checks": [asdict(result) for result in results]})
    else:
        _print_table(results)
    return 0 if passed else 1


def _run(name: str, check: Callable[[Workbench], str], bench: Workbench) -> CheckResult:
    started_s = time.monotonic()
    try:
        passed, detail = True, check(bench)
    except UserError as error:
        passed, detail = False, str(error)
    except Exception as error:  # a self-test reports whatever is wrong and goes on
        passed, detail = False, f"{type(error).__name__}: {error}"
    seconds = round(time.monotonic() - started_s, 2)
    return CheckResult(name=name, passed=passed, detail=detail, seconds=seconds)


def _print_table(results: list[CheckResult]) -> None:
    width = max(len(result.name) for result in results)
    for result in results:
        mark = "ok    " if result.passed else "FAILED"
        typer.echo(f"{mark}  {result.name:<{width}}  {result.seconds:5.1f} s  {result.detail}")
    failed = sum(not result.passed for result in results)
    typer.echo(f"{failed} of {len(results)} checks failed" if failed else "Everything works.")
