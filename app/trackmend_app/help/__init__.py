"""Pages of help named by what a reviewer sees, with the keys that hold now; and the tour."""
