from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from road import Reviewer

from trackmend_app.application import prepare_application
from trackmend_app.log_file import stop_log_file


@pytest.fixture
def reviewer(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Reviewer]]:
    """Makes reviewers, each at a window of its own; all windows are closed at the end."""
    prepare_application()
    seated: list[Reviewer] = []

    def take_a_seat(*, size: tuple[int, int] = (1280, 800)) -> Reviewer:
        seated.append(Reviewer(qtbot, qapp, size=size))
        return seated[-1]

    yield take_a_seat
    for one in seated:
        one.close()
    stop_log_file()
