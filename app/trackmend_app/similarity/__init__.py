"""Seeing how alike things look: the colour map, its legend, and the panel beside the video."""
