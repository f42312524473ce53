"""Everything true about video, models, tracks and edits; no Qt in here."""
