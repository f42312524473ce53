"""Pictures of one track, or of two side by side, over time."""

from trackmend_app.filmstrip.film_panel import FilmPanel

__all__ = ["FilmPanel"]
