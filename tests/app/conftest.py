"""Lets the tests of the window, one folder down, import the helpers that stand beside this file."""
