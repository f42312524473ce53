"""When a project's video is not where it was: looks for it beside the project, then asks."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.dialogs.questions import VIDEO_FILTER, Questions
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.lost_videos import search_video
from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.project import VideoRecord
from trackmend_core.video import fingerprint


class VideoFinder(QObject):
    """Finds lost videos by their content.

    Signals: said(sentence); failed(error).
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self, session: Session, *, questions: Questions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._questions = questions
        self._lost: VideoRecord | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_searched)
        self.runner.failed.connect(self.failed)

    def look_for(self, video: VideoRecord, error: UserError) -> None:
        """Search the project's folder for a video; if it is not there, ask where it is."""
        project = self._session.project
        if project is None or self.runner.is_running:
            self.failed.emit(error)
            return
        self._lost = video
        folder, name, wanted = project.path.parent, video.name, video.fingerprint
        self.said.emit(f"{name} is not where it was; looking for it beside the project…")
        self.runner.start(
            "Looking for the video", lambda: search_video(folder, name=name, wanted=wanted)
        )

    @Slot(object)
    def _on_searched(self, path: Path | None) -> None:
        video, project = self._lost, self._session.project
        self._lost = None
        now = self._session.video
        if video is None or project is None or now is None or now.video_id != video.video_id:
            return
        if path is not None:
            self._take(video, path, video.fingerprint)
        elif self._questions.confirm(
            f"{video.name} is not where it was.",
            "It is not in the folder of the project nor in those below. Until it is found, the "
            "tracks can be mended without the picture.",
            "Find it…",
        ):
            self.ask()

    def ask(self) -> None:
        """Ask where the lost video is now."""
        video = self._session.video
        if video is None:
            return
        paths = self._questions.files_to_open(f"Where is {video.name} now?", VIDEO_FILTER)
        if not paths:
            return
        try:
            found = fingerprint(paths[0])
        except UserError as error:
            self.failed.emit(error)
            return
        if found == video.fingerprint:
            self._take(video, paths[0], found)
        elif self._questions.confirm(
            f"{paths[0].name} differs from the video that was tracked.",
            "Use it only if it was converted or copied: its frames must be the same ones.",
            "Use it all the same",
        ):
            self._take(video, paths[0], found, force=True)

    def _take(self, video: VideoRecord, path: Path, found: str, *, force: bool = False) -> None:
        try:
            project = self._session.required_project()
            project.relink_video(video.video_id, path, found, force=force)
        except UserError as error:
            self.failed.emit(error)
            return
        self.said.emit(f"Found: {path}")
        self._session.show_video(video.video_id)
