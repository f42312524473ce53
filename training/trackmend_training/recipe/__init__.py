"""How the bundled model is made: what it learns from and with which settings."""
