"""Draws the window into a file once all that comes into it by itself is there."""

from collections.abc import Sequence
from pathlib import Path

from trackmend_app.application import (
    PICTURE_LIMIT_MS,
    PICTURE_SIZE,
    save_picture,
    settle,
    wait_until,
)
from trackmend_app.main_window import MainWindow
from trackmend_app.review.queue_state import QueueState

_MOST_ROUNDS = 20


def draw_window(
    window: MainWindow, path: Path, *, opens: Sequence[Path], opens_first_card: bool = False
) -> None:
    """Draw the window with its frame, the barcodes of its lanes and its queue.

    Args:
        window: not shown yet.
        path: of the PNG file.
        opens: projects or videos, none for the welcome page.
        opens_first_card: take the first suspicion in hand, as by N: its pictures, what its fix
            would change and the similarity maps of its track are in the picture, too.

    Raises:
        UserError: what was to be opened could not be, or the file cannot be written.
    """
    errors: list[BaseException] = []
    window.faults.reported.connect(errors.append)
    window.resize(*PICTURE_SIZE)
    if opens:
        window.workbench.opener.open_paths(opens)
    window.show()
    if opens:
        wait_until(
            lambda: bool(errors) or window.canvas_presenter.shown_frame >= 0 or _is_lost(window),
            limit_ms=PICTURE_LIMIT_MS,
        )
        _check_that_video_is_there(window)
    if errors:
        raise errors[0]
    if opens:
        _wait_for_all(window, errors)
        if opens_first_card and window.workbench.review.snapshot.open:
            window.action_set["next_suspicion"].trigger()
            _wait_for_all(window, errors)
            window.status_line.end_notice()  # which keys answer, not what the video is
    save_picture(window, path)


def is_all_there(window: MainWindow) -> bool:
    """Tell whether nothing more will come by itself: frame, lanes, queue, pictures and maps."""
    bench = window.workbench
    return (
        window.canvas_presenter.shown_frame == bench.session.frame_index
        and window.lane_details.is_settled
        and bench.review.state not in (QueueState.LOOKING, QueueState.UPDATING)
        and _shows_card(window)
        and _shows_maps(window)
    )


def _is_lost(window: MainWindow) -> bool:
    """Tell whether the video is not where it was, and was not found either."""
    bench = window.workbench
    return bench.situation().video_lost and not bench.finder.runner.is_running


def _check_that_video_is_there(window: MainWindow) -> None:
    session = window.workbench.session
    if _is_lost(window) and session.video is not None:
        session.required_project().locate_video(session.video.video_id)


def _shows_card(window: MainWindow) -> bool:
    """Tell whether the suspicion at hand, if there is one, has its pictures and its preview."""
    review = window.workbench.review
    if review.current is None:
        return True
    chosen = review.chosen
    is_previewed = chosen is None or chosen.edit is None or review.preview is not None
    return is_previewed and all(cell.has_crop for cell in window.review_panel.open_card.crops.cells)


def _shows_maps(window: MainWindow) -> bool:
    """Tell whether the panel of maps, if it is open, has them all or will have none."""
    control, panel = window.workbench.similarity, window.why.similarity_panel
    if not panel.isVisible():
        return True
    if control.is_about_to_ask:
        return False
    wanted = [tile for tile in panel.tiles if tile.frame_index is not None]
    return control.query is None or all(tile.similarity is not None for tile in wanted)


def _wait_for_all(window: MainWindow, errors: list[BaseException]) -> None:
    """Wait until all is there and stays so; after an error or two minutes for nothing more."""
    for _ in range(_MOST_ROUNDS):
        came = wait_until(lambda: bool(errors) or is_all_there(window), limit_ms=PICTURE_LIMIT_MS)
        settle()
        if errors or not came or is_all_there(window):
            return
