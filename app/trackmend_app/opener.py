"""Opens what a person drops, picks or names: videos are read in a thread, then shown."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.dialogs.questions import PROJECT_FILTER, VIDEO_FILTER, Questions
from trackmend_app.jobs.runner import Job, JobRunner
from trackmend_app.opening import (
    PROJECT_SUFFIX,
    add_missing_videos,
    examine_video,
    open_or_create,
    project_path_beside,
    sort_paths,
)
from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.project import ReadOnlyProject, VideoInfo, copy_to_work_on
from trackmend_core.types import Progress


def examine_all(paths: Sequence[Path]) -> Job:
    """Read videos one after the other; returns a list of `VideoInfo`."""
    found: list[VideoInfo] = []
    for path in paths:
        yield Progress(done=0, total=0, message=f"Reading {path.name}…")
        found.append(examine_video(path))
    return found


class Opener(QObject):
    """Leads from paths to an open project.

    Signals:
        said(sentence).
        failed(error).
        opened(path of the project).
    """

    said = Signal(str)
    failed = Signal(object)
    opened = Signal(object)

    def __init__(
        self,
        session: Session,
        *,
        questions: Questions,
        may_leave: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._may_leave = may_leave
        self._questions = questions
        self._into_open_project = False
        self.runner = JobRunner(self)
        self.runner.progressed.connect(lambda progress: self.said.emit(progress.message))
        self.runner.finished.connect(self._on_examined)
        self.runner.failed.connect(self.failed)

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open a project, or videos in the project beside them, or videos into a given project."""
        try:
            request = sort_paths(paths)
            if request.project is not None:
                self._open_project(request.project, may_create=bool(request.videos))
        except UserError as error:
            self.failed.emit(error)
            return
        if request.videos:
            self._examine(request.videos, into_open_project=request.project is not None)

    def ask_for_videos(self) -> None:
        """Open videos that the person picks."""
        paths = self._questions.files_to_open("Open videos", VIDEO_FILTER)
        if paths:
            self.open_paths(paths)

    def ask_for_folder(self) -> None:
        """Open a folder of images that the person picks."""
        path = self._questions.folder_to_open("Open a folder of images")
        if path is not None:
            self.open_paths([path])

    def ask_for_project(self) -> None:
        """Open a project that the person picks."""
        paths = self._questions.files_to_open("Open a project", PROJECT_FILTER)
        if paths:
            self.open_paths(paths[:1])

    def ask_for_more_videos(self) -> None:
        """Add videos that the person picks to the open project."""
        paths = self._questions.files_to_open("Add videos to this project", VIDEO_FILTER)
        if paths:
            self._examine(paths, into_open_project=True)

    def close_project(self) -> None:
        """Close the open project, once nothing writes it any more."""
        if self._may_leave():
            self._session.close_project()

    def _open_project(self, path: Path, *, may_create: bool) -> None:
        if not self._may_leave():
            return
        if may_create and not path.exists():
            self._session.adopt(open_or_create(path))
        else:
            path = self._open_or_copy(path)
        self.opened.emit(path)

    def _open_or_copy(self, path: Path) -> Path:
        """Open a project, or a copy of one that cannot be written where it lies; say which."""
        try:
            self._session.open_project(path)
        except ReadOnlyProject:
            suggestion = Path.home() / path.name
            copy = self._questions.file_to_write(
                "The project cannot be changed where it lies. Where shall a copy be kept?",
                suggestion,
                PROJECT_FILTER,
            )
            if copy is None:
                raise
            copy_to_work_on(path, copy)
            self._session.open_project(copy)
            return copy
        return path

    def _examine(self, paths: Sequence[Path], *, into_open_project: bool) -> None:
        if self.runner.is_running:
            self.said.emit("Still reading the videos before; try again in a moment")
            return
        self._into_open_project = into_open_project
        self.said.emit(f"Reading {paths[0].name}…")
        self.runner.start("Reading videos", lambda: examine_all(paths))

    @Slot(object)
    def _on_examined(self, videos: list[VideoInfo]) -> None:
        try:
            self._show(videos)
        except UserError as error:
            self.failed.emit(error)

    def _show(self, videos: list[VideoInfo]) -> None:
        if self._into_open_project and self._session.project is not None:
            video_id = add_missing_videos(self._session.project, videos)
            if video_id is not None:
                self._session.show_video(video_id)
            return
        path = project_path_beside(videos[0]) or self._ask_where(videos[0])
        if path is None:
            self.said.emit("No project was made")
            return
        if not self._may_leave():
            return
        project = open_or_create(path)
        video_id = add_missing_videos(project, videos)
        self._session.adopt(project, video_id=video_id)
        self.opened.emit(path)

    def _ask_where(self, video: VideoInfo) -> Path | None:
        """Ask for a place, since the video's own folder cannot be written."""
        suggestion = Path.home() / f"{video.path.stem}{PROJECT_SUFFIX}"
        return self._questions.file_to_write(
            "The video's folder cannot be written. Where shall the project be kept?",
            suggestion,
            PROJECT_FILTER,
        )
