"""Which key does what: presets, a person's own keys, and the dialog that changes them."""
