"""A moving average of a network's weights, steadier than the last ones."""

from torch import Tensor, nn, no_grad


class WeightAverage:
    """The exponential moving average of parameters and buffers of one network.

    Args:
        network: followed from now on.
        decay: weight of the past; it grows to this value over the first steps.
    """

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.values = {name: value.detach().clone() for name, value in network.state_dict().items()}

    def update(self, network: nn.Module) -> None:
        """Take in the network's present weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        with no_grad():
            for name, value in network.state_dict().items():
                average = self.values[name]
                if average.is_floating_point():
                    average.lerp_(value.detach(), 1 - decay)
                else:
                    average.copy_(value)

    def load(self, values: dict[str, Tensor], *, updates: int) -> None:
        """Go on from a stored average, on whichever device it was stored."""
        self.values = {
            name: value.to(self.values[name].device, copy=True) for name, value in values.items()
        }
        self.updates = updates
