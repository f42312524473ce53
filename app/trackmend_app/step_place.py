"""Where something was undone or done again: shown, whichever video or run it is, and told."""

from typing import TYPE_CHECKING

from trackmend_core.types import RunId

if TYPE_CHECKING:
    from trackmend_app.session import Session


def go_to_run(session: "Session", run_id: RunId) -> str:
    """Show the run that a step was about, and its video: a change nobody sees nobody can judge.

    Returns:
        what is shown now, empty if that has not changed.
    """
    if session.run is not None and session.run.run_id == run_id:
        return ""
    run, video = session.required_project().run(run_id), session.video
    is_elsewhere = video is None or video.video_id != run.video_id
    if is_elsewhere:
        session.show_video(run.video_id)
    if session.run is None or session.run.run_id != run_id:
        session.show_run(run_id)
    return session.video.name if is_elsewhere and session.video is not None else run.description


def said_of_step(title: str, *, undone: bool, gone_to: str) -> str:
    """Return what the status line says of an undo or a redo, and where it led, if elsewhere."""
    if not gone_to:
        return f"Undone: {title}" if undone else f"Redone: {title}"
    if undone:
        return f"Undone: {title} · now shown: {gone_to}"
    return f"Redone: {title} · now shown: {gone_to}"
