"""Re-tracking under constraints as the window does it: try, compare, take over all or some."""
