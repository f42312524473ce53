"""Seeing why: what the tracker compared when it decided, and how alike tracks look."""
