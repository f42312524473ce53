"""FairMOT: the cascade of `trackmend_core.tracking.cascade` in the course of `lifecycle`."""

from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.cascade import associate
from trackmend_core.tracking.lifecycle import Lifecycle
from trackmend_core.tracking.matching import Association
from trackmend_core.tracking.track import TrackTable


class FairMot(Lifecycle):
    """Source: Zhang et al., FairMOT (IJCV 2021), section 3.5.2, and its released code."""

    def associate(self, tracks: TrackTable, candidates: Candidates) -> Association:
        """Pair predicted tracks with the candidates of the frame."""
        return associate(tracks, candidates, settings=self.settings)
