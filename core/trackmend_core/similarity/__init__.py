"""Where in the frame does the model see this person: re-ID features as maps. No torch."""

from trackmend_core.similarity.embedding_map import EmbeddingMap
from trackmend_core.similarity.learnt import fits_map, learnt_part
from trackmend_core.similarity.map_cache import MapCache
from trackmend_core.similarity.sampler import MapSampler, SamplerName, map_sampler
from trackmend_core.similarity.similarity_map import similarity_map, similarity_overlay_source

__all__ = [
    "EmbeddingMap",
    "MapCache",
    "MapSampler",
    "SamplerName",
    "fits_map",
    "learnt_part",
    "map_sampler",
    "similarity_map",
    "similarity_overlay_source",
]
