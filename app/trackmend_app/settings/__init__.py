"""What a person sets once: the table of settings, the file that keeps them, and the dialog."""

from trackmend_app.settings.store import AppSettings, load_settings, save_settings, settings_file

__all__ = ["AppSettings", "load_settings", "save_settings", "settings_file"]
