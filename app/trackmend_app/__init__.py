"""The Trackmend window and command line."""
