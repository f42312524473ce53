"""Which image an item of a run shows: drawn from (seed, item) alone, so any item can be repeated.

Neither the number of workers nor of devices nor where a run was taken up changes what comes.
"""

import zlib

import numpy as np

from trackmend_core.types import Float64Array, IntArray
from trackmend_training.choices import Sampling

_SHUFFLE = zlib.crc32(b"order of images")
_VIEWS = zlib.crc32(b"two views")


class ImageOrder:
    """The images of a run, item by item.

    Args:
        shares: (N,) the chance of each image, summing to 1.
        seed: of the run.
        sampling: one of `Sampling`.
        views: items in a row that show the same image.
    """

    def __init__(
        self, shares: Float64Array, *, seed: int, sampling: str = Sampling.SHARES, views: int = 1
    ) -> None:
        self._shares = shares
        self._seed = seed
        self._sampling = sampling
        self._views = views
        self._epoch: tuple[int, IntArray] | None = None

    def image_of(self, item: int) -> int:
        """Return the row of the image that an item shows."""
        return self.draw(item)[0]

    def draw(self, item: int) -> tuple[int, np.random.Generator]:
        """Return the row of the image, and the chance that the item's changes are drawn from."""
        chance = np.random.default_rng((self._seed, item))
        if self._sampling == Sampling.SHUFFLE:
            return self._shuffled(item // self._views), chance
        if self._views == 1:
            return int(chance.choice(len(self._shares), p=self._shares)), chance
        return int(self.shared_chance(item).choice(len(self._shares), p=self._shares)), chance

    def shared_chance(self, item: int) -> np.random.Generator:
        """Return a chance that is the same for all views of an image."""
        return np.random.default_rng((self._seed, item // self._views, _VIEWS))

    def _shuffled(self, position: int) -> int:
        epoch, place = divmod(position, len(self._shares))
        if self._epoch is None or self._epoch[0] != epoch:
            chance = np.random.default_rng((self._seed, epoch, _SHUFFLE))
            self._epoch = (epoch, chance.permutation(len(self._shares)))
        return int(self._epoch[1][place])
