"""Questions to the person at the window, each one small and asked once."""
