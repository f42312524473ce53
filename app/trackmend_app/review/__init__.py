"""The review queue in the window: what looks wrong, why, what would mend it, and the answers."""
