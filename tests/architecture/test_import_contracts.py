"""Every import contract holds, and each has a canary: a breaking import that it must catch."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("app", "core", "training", "resources")
CONTRACTS: list[dict[str, str]] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())[
    "tool"
]["importlinter"]["contracts"]

CANARIES = {
    "core-stands-alone": ("core/trackmend_core/canary.py", "import trackmend_app"),
    "no-qt-below-the-app": ("training/trackmend_training/canary.py", "import PySide6"),
    "training-below-the-app": ("training/trackmend_training/canary.py", "import trackmend_app"),
    "app-never-imports-the-trainer": (
        "app/trackmend_app/canary.py",
        "import trackmend_training.trainer",
    ),
    "no-torch-in-the-project": ("core/trackmend_core/project/canary.py", "import torch"),
    "core-layers": ("core/trackmend_core/tracking/canary.py", "import trackmend_core.jobs"),
}

FURTHER_CANARIES = [
    ("no-torch-in-the-project", "core/trackmend_core/review/canary.py", "import torch"),
    ("core-layers", "core/trackmend_core/project/canary.py", "import trackmend_core.review"),
    ("core-layers", "core/trackmend_core/review/canary.py", "import trackmend_core.jobs"),
    ("core-layers", "core/trackmend_core/review/canary.py", "import trackmend_core.refinement"),
    ("no-torch-in-the-project", "core/trackmend_core/refinement/canary.py", "import torch"),
]


def lint_imports(root: Path, contract_id: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    if contract_id:
        command += ["--contract", contract_id]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / r) for r in ROOMS)}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copied_sources(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(
            REPOSITORY / room,
            tmp_path / room,
            ignore=lambda _folder, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_canary() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(CANARIES)


def test_every_contract_is_kept() -> None:
    result = lint_imports(REPOSITORY)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("contract_id", "place", "statement"),
    [*((name, *CANARIES[name]) for name in sorted(CANARIES)), *FURTHER_CANARIES],
)
def test_a_breaking_import_is_caught(
    contract_id: str, place: str, statement: str, copied_sources: Path
) -> None:
    (copied_sources / place).write_text(f'"""A canary."""\n\n{statement}\n')
    result = lint_imports(copied_sources, contract_id)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "canary" in result.stdout
    assert "BROKEN" in result.stdout
