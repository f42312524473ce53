"""Teaching the model from the window: the trainer's process, its dialog and its panel."""
