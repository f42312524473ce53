"""Hands our catalogues to Qt, so that `tr` and `translate` find them."""

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from trackmend_app.wording.catalogue import SOURCE, Catalogue, language_for, load_catalogue
from trackmend_app.wording.composed import ComposedTexts
from trackmend_app.wording.say import COMPOSED

_OWNER = "trackmend_translators"


class CatalogueTranslator(QTranslator):
    """Answers Qt out of a catalogue; what it lacks stays English."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = catalogue.words
        self._composed = ComposedTexts(catalogue.composed)

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Say that there is something in here; Qt would not ask otherwise."""
        return False

    def translate(
        self,
        context: str,
        source: str,
        _disambiguation: str | None = None,
        _n: int = -1,
    ) -> str | None:
        """Return the text in this language, or nothing."""
        if context == COMPOSED:
            return self._composed.find(source)
        return self._words.get(source)


def speak(app: QApplication, wanted: str) -> str:
    """Let the application speak a language from now on; widgets that exist keep their words.

    Args:
        app: the application.
        wanted: a code of `LANGUAGES`, or "system".

    Returns:
        The code of the language that it speaks.
    """
    for translator in app.findChildren(QTranslator, _OWNER):
        app.removeTranslator(translator)
        translator.deleteLater()
    code = language_for(wanted, system=QLocale.system().name())
    if code == SOURCE:
        return code
    qt_words = QTranslator(app)
    found = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    loaded: list[QTranslator] = [CatalogueTranslator(load_catalogue(code), app)]
    if qt_words.load(f"qtbase_{code}", found):
        loaded.insert(0, qt_words)
    for translator in loaded:
        translator.setObjectName(_OWNER)
        app.installTranslator(translator)
    return code
