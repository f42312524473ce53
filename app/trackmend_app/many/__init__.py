"""Many videos: found, queued, tracked side by side, and never twice after an interruption."""
