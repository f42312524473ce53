"""Measures the review queue: seeded errors, and a simulated reviewer who knows the truth."""
