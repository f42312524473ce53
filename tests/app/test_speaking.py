from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from trackmend_app.wording import counted, say, say_composed
from trackmend_app.wording.catalogue import Catalogue, language_for
from trackmend_app.wording.translator import CatalogueTranslator


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translator = CatalogueTranslator(
        Catalogue(
            code="de",
            words={"Open": "Öffnen", "1 box": "1 Kasten", "{count} boxes": "{count} Kästen"},
            composed={"Undo {0}": "{0} zurücknehmen"},
        )
    )
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def test_qt_is_answered_out_of_the_catalogue(german: None) -> None:
    assert say("Open") == "Öffnen"
    assert QObject().tr("Open") == "Öffnen"
    assert QCoreApplication.translate("Anything", "Open") == "Öffnen"
    assert say_composed("Undo it") == "it zurücknehmen"


def test_what_the_catalogue_lacks_stays_english(german: None) -> None:
    assert say("Close") == "Close"


def test_one_and_many_are_two_texts(german: None) -> None:
    assert counted(1, "1 box", "{count} boxes") == "1 Kasten"
    assert counted(1200, "1 box", "{count} boxes") == "1,200 Kästen"


@pytest.mark.parametrize(
    ("wanted", "system", "spoken"),
    [
        ("system", "de_AT", "de"),
        ("system", "fr_FR", "en"),
        ("en", "de_DE", "en"),
        ("de", "en_GB", "de"),
        ("klingon", "de_DE", "en"),
    ],
)
def test_the_language_is_the_wanted_one_or_the_systems(
    wanted: str, system: str, spoken: str
) -> None:
    assert language_for(wanted, system=system) == spoken
