"""Where in the frame does the model see this person: re-ID features as maps. No torch."""

from trackmend_core.similarity.embedding_map import EmbeddingMap
from trackmend_core.similarity.similarity_map import similarity_map, similarity_overlay_source

__all__ = ["EmbeddingMap", "similarity_map", "similarity_overlay_source"]
