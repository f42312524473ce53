"""Carrying corrections over to a newer run, in the window."""
