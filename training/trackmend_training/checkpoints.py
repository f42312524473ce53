"""What a run leaves on disk: the model, and beside it all that is needed to take the run up again.

Unlike the official checkpoints, the loss's classifier and uncertainties are kept, so the identity
loss does not jump when a run goes on. Two states are kept: should the last one turn out torn or
damaged, the run goes on from the one before it.
"""

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trackmend_core.errors import UserError
from trackmend_core.model import save_checkpoint
from trackmend_core.model.atomic_file import write_atomically
from trackmend_training.averaging import WeightAverage
from trackmend_training.config import TrainConfig

MODEL_FILE = "model.safetensors"
BEST_FILE = "best.safetensors"
STATE_FILE = "training_state.pt"
PREVIOUS_STATE_FILE = "training_state.previous.pt"
_MAGIC = b"trackmend-training-state-2\n"
_DIGEST_BYTES = 32


@dataclass(slots=True, eq=False, kw_only=True)
class TrainingState:
    """Everything that changes during a run.

    Chance has no state: every step and every item draws from the seed and its own number. So where
    the data is read on from follows from `step`.

    Attributes:
        step: steps done.
        network: as the optimiser left it.
        loss: with the classifier and the uncertainties.
        optimiser: with its moments.
        average: moving average of the network; None if the run keeps none.
        scaler: state of the loss scaling of float16.
        judged: the best score so far and how many judgements ago it was.
    """

    step: int
    network: nn.Module
    loss: nn.Module
    optimiser: Optimizer
    average: WeightAverage | None
    scaler: dict[str, Any] = field(default_factory=dict)  # Any: torch's own content
    judged: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """What must be the same for a run to be taken up.

    Attributes:
        settings: of the run, those that what is learnt depends on.
        material: fingerprint of what it learns from.
    """

    settings: dict[str, Any]  # Any: plain values of TOML
    material: str


def save_model(
    path: Path,
    state: TrainingState,
    config: TrainConfig,
    *,
    metadata: dict[str, str],
    half: bool = False,
) -> None:
    """Write the averaged network (or the last, without an average) as a Trackmend model."""
    with averaged_weights(state):
        save_checkpoint(
            path,
            state.network,
            arch=config.arch,
            reid_dim=config.reid_dim,
            ltrb=config.ltrb,
            num_classes=1,
            input_wh=config.input_wh,
            metadata={
                "name": config.name,
                "step": str(state.step),
                "sampler": config.sampler,
                "training": json.dumps(config.to_dict()),
                **metadata,
            },
            half=half,
        )


@contextlib.contextmanager
def averaged_weights(state: TrainingState) -> Iterator[nn.Module]:
    """Let the network carry its averaged weights for a while."""
    last = {name: value.detach().clone() for name, value in state.network.state_dict().items()}
    if state.average is not None:
        state.network.load_state_dict(state.average.values)
    try:
        yield state.network
    finally:
        state.network.load_state_dict(last)


def save_state(folder: Path, state: TrainingState, identity: RunIdentity) -> None:
    """Write what `load_state` needs; the last state becomes the one before it.

    At every moment one whole state is on the disk.
    """
    content: dict[str, object] = {
        "step": state.step,
        "network": state.network.state_dict(),
        "loss": state.loss.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "scaler": state.scaler,
        "judged": state.judged,
        "settings": json.dumps(identity.settings),
        "material": identity.material,
    }
    if state.average is not None:
        content["average"] = state.average.values
        content["average_updates"] = state.average.updates
    packed = io.BytesIO()
    torch.save(content, packed)
    payload = packed.getvalue()
    fresh = folder / f"{STATE_FILE}.new"
    write_atomically(fresh, _MAGIC + hashlib.sha256(payload).digest() + payload)
    with contextlib.suppress(FileNotFoundError):
        (folder / STATE_FILE).replace(folder / PREVIOUS_STATE_FILE)
    fresh.replace(folder / STATE_FILE)
    _settle(folder)


def clear_leftovers(folder: Path) -> None:
    """Remove what a run that was killed while writing has left half done."""
    for name in (MODEL_FILE, BEST_FILE, f"{STATE_FILE}.new"):
        for torn in folder.glob(f".{name}.*.part"):
            torn.unlink(missing_ok=True)


def refuse_to_overwrite(folder: Path) -> None:
    """Check that a run that is to begin anew finds no other one in its folder.

    Raises:
        UserError: there is one.
    """
    found = _whole_state(folder)
    if found is not None:
        raise UserError(
            f"There is a run in {folder} already, after {found[0]['step']} steps.",
            "Go on with it by --resume, or choose another folder: --set out_dir=FOLDER.",
        )


def load_state(folder: Path, state: TrainingState, identity: RunIdentity) -> str | None:
    """Bring a run back to where it was saved last; a folder without one changes nothing.

    Returns:
        What the user should know, None if all is as it should be.

    Raises:
        UserError: both states are damaged, or belong to another run.
    """
    found = _whole_state(folder)
    if found is None:
        return None
    stored, path = found
    _refuse_other_run(folder, stored, identity)
    try:
        state.network.load_state_dict(stored["network"])
        state.loss.load_state_dict(stored["loss"])
        state.optimiser.load_state_dict(stored["optimiser"])
        if state.average is not None:
            averaged: dict[str, Tensor] = stored["average"]
            state.average.load(averaged, updates=int(stored["average_updates"]))
        state.scaler = dict(stored["scaler"])
        state.judged = dict(stored["judged"])
        state.step = int(stored["step"])
    except Exception as error:  # torch raises many kinds on foreign content
        raise _not_taken_up(folder, str(error)) from error
    if path.name == STATE_FILE:
        return None
    return f"The last checkpoint is damaged; the one before it, of step {state.step}, is taken."


def _whole_state(folder: Path) -> tuple[dict[str, Any], Path] | None:  # Any: torch's own content
    """Return the newest state that is whole, None if there is none at all."""
    paths = [folder / name for name in (STATE_FILE, PREVIOUS_STATE_FILE)]
    there = [path for path in paths if path.is_file()]
    for path in there:
        content = path.read_bytes()
        digest = content[len(_MAGIC) : len(_MAGIC) + _DIGEST_BYTES]
        payload = content[len(_MAGIC) + _DIGEST_BYTES :]
        if content.startswith(_MAGIC) and hashlib.sha256(payload).digest() == digest:
            stored = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
            return stored, path
    if there:
        raise _not_taken_up(folder, "damaged, or of an older version")
    return None


def _refuse_other_run(folder: Path, stored: dict[str, Any], identity: RunIdentity) -> None:
    then = _flat(json.loads(stored["settings"]))
    now = _flat(json.loads(json.dumps(identity.settings)))
    changed = [
        f"{name} was {then.get(name)!r} and is {now.get(name)!r}"
        for name in sorted(then | now)
        if then.get(name) != now.get(name)
    ]
    if stored["material"] != identity.material:
        changed.append("the training material has changed")
    if changed:
        raise UserError(
            f"The run in {folder} was begun differently: {'; '.join(changed)}.",
            "Undo that to go on with it, or choose another folder (out_dir, --out).",
        )


def _flat(settings: dict[str, Any]) -> dict[str, Any]:  # Any: plain values of TOML
    """Return the entries of inner tables by names such as `augment.flip`."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        inner = value if isinstance(value, dict) else None
        flat |= {name: value} if inner is None else {f"{name}.{k}": v for k, v in inner.items()}
    return flat


def _not_taken_up(folder: Path, reason: str) -> UserError:
    first_line = (reason.splitlines() or [""])[0][:200]
    return UserError(
        f"The run in {folder} cannot be taken up again.",
        f"Delete {STATE_FILE} and {PREVIOUS_STATE_FILE} there to start over. ({first_line})",
    )


def _settle(folder: Path) -> None:
    """Force the renames to the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
