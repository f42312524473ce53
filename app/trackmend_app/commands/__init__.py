"""The commands of `trackmend`, one file each; all but `window` and `demo` need no display."""
