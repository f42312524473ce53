"""What this program is, and on what it runs."""

import platform
from importlib.metadata import version

import PySide6
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from trackmend_app.dialogs.fitting import FittingDialog, fit_height


class AboutDialog(FittingDialog):
    """Version, licence, device."""

    def __init__(self, parent: QWidget, *, device: str) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About Trackmend"))
        title = QLabel(f"Trackmend {version('trackmend')}")
        title.setProperty("kind", "title")
        text = QLabel(
            self.tr(
                "Review multi-object tracks, mend identity switches, and teach FairMOT "
                "from the corrections.\n\nApache License 2.0\n"
                "Python {python} · Qt for Python {qt}\nModel runs on: {device}"
            ).format(
                python=platform.python_version(),
                qt=PySide6.__version__,
                device=device or self.tr("not loaded yet"),
            )
        )
        text.setProperty("kind", "quiet")
        text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for widget in (title, text, buttons):
            layout.addWidget(widget)
        fit_height(self, width=420)
