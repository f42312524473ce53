"""What a run leaves on disk: the model, and beside it all that is needed to take the run up again.

Unlike the official checkpoints, the loss's classifier and uncertainties are kept, so the identity
loss does not jump when a run goes on.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trackmend_core.errors import UserError
from trackmend_core.model import save_checkpoint
from trackmend_core.model.atomic_file import write_atomically
from trackmend_training.averaging import WeightAverage
from trackmend_training.config import TrainConfig

MODEL_FILE = "model.safetensors"
STATE_FILE = "training_state.pt"


@dataclass(slots=True, eq=False, kw_only=True)
class TrainingState:
    """Everything that changes during a run.

    Attributes:
        step: steps done.
        network: as the optimiser left it.
        loss: with the classifier and the uncertainties.
        optimiser: with its moments.
        average: moving average of the network; None if the run keeps none.
    """

    step: int
    network: nn.Module
    loss: nn.Module
    optimiser: Optimizer
    average: WeightAverage | None


def save_model(
    path: Path,
    state: TrainingState,
    config: TrainConfig,
    *,
    metadata: dict[str, str],
    half: bool = False,
) -> None:
    """Write the averaged network (or the last, without an average) as a Trackmend model."""
    last = {name: value.detach().clone() for name, value in state.network.state_dict().items()}
    if state.average is not None:
        state.network.load_state_dict(state.average.values)
    try:
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
                "training": json.dumps(config.to_dict()),
                **metadata,
            },
            half=half,
        )
    finally:
        state.network.load_state_dict(last)


def save_state(path: Path, state: TrainingState) -> None:
    """Write what `load_state` needs; the file appears whole or not at all."""
    content: dict[str, object] = {
        "step": state.step,
        "network": state.network.state_dict(),
        "loss": state.loss.state_dict(),
        "optimiser": state.optimiser.state_dict(),
    }
    if state.average is not None:
        content["average"] = state.average.values
        content["average_updates"] = state.average.updates
    packed = io.BytesIO()
    torch.save(content, packed)
    write_atomically(path, packed.getvalue())


def load_state(path: Path, state: TrainingState) -> None:
    """Bring a run back to where it was saved.

    Raises:
        UserError: the file is damaged or belongs to another run.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        state.network.load_state_dict(stored["network"])
        state.loss.load_state_dict(stored["loss"])
        state.optimiser.load_state_dict(stored["optimiser"])
        if state.average is not None:
            averaged: dict[str, Tensor] = stored["average"]
            state.average.load(averaged, updates=int(stored["average_updates"]))
        state.step = int(stored["step"])
    except Exception as error:  # torch raises many kinds on a damaged or foreign file
        raise UserError(
            f"The run in {path.parent} cannot be taken up again.",
            f"Delete {path.name} there to start over. ({str(error).splitlines()[0][:200]})",
        ) from error
