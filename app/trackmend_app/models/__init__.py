"""Which models there are, what is in each, and its form; for the window and the commands."""
