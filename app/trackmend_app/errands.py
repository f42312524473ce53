"""Small tasks that ask a question first: export, relink, name a moment, go to a frame, teach."""

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from trackmend_app.dialogs.describe_tracks import DescribeTracksDialog
from trackmend_app.dialogs.finetune import FinetuneDialog
from trackmend_app.dialogs.questions import BOXES_FILTER, MODEL_FILTER
from trackmend_app.dialogs.refinement import RefinementDialog
from trackmend_app.jobs.exporting import Exported, exporting
from trackmend_app.jobs.importing import import_models
from trackmend_app.jobs.refining import refinement
from trackmend_app.jobs.runner import Job, JobRunner
from trackmend_app.model_shelf import ModelChoice, choices
from trackmend_app.sample_place import sample_folder, sample_project
from trackmend_app.wording import counted
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError
from trackmend_core.jobs import file_stem
from trackmend_core.project import Project
from trackmend_core.refinement import RefinementProposal
from trackmend_core.types import Progress, TrackId

TEXT_FILTER = "Text files (*.txt);;All files (*)"
_MOST_DIGITS = 15
_CLOCK = re.compile(r"^(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$")


class Errands(QObject):
    """Each method asks, does, and says what it did.

    Signals: said(sentence); failed(error).
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, window: QWidget, workbench: Workbench) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._session = workbench.session
        self._questions = workbench.questions
        self._sample_for: Project | None = None
        self._reads_project = False
        self.runner = JobRunner(self)
        self.runner.progressed.connect(self._on_progressed)
        self.runner.finished.connect(self._on_job_finished)
        self.runner.failed.connect(self.failed)
        self.runner.ended.connect(self._on_job_ended)
        self._session.project_closing.connect(self._on_project_closing)

    def open_sample(self) -> None:
        """Open the sample project; the first time it is drawn and tracked."""
        if self.runner.is_running:
            self.said.emit("The sample project is being made; a moment")
            return
        self._sample_for = self._session.project
        self.said.emit("Making the sample project…")
        self.runner.start("Making the sample project", make_or_find_sample)

    def export_mot(self) -> None:
        """Write the shown tracks as MOTChallenge text, in a thread of its own."""
        if self.runner.is_running:
            self.said.emit(f"{self.runner.title} is not done yet; try again in a moment")
            return
        project, video = self._session.project, self._session.video
        if project is None or video is None:
            return
        suggestion = project.path.with_name(f"{file_stem(video.name)}.txt")
        path = self._questions.file_to_write("Export MOTChallenge text", suggestion, TEXT_FILTER)
        if path is None:
            return
        self._reads_project = True
        self.runner.start("Exporting", lambda: exporting(project, video.video_id, path))

    def name_moment(self) -> None:
        """Give the present state a name; saving needs no key."""
        name = self._questions.text("Name this moment", "Every edit is saved already. Name:", "")
        if name is None:
            return
        try:
            self._session.required_project().add_checkpoint(name)
        except UserError as error:
            self.failed.emit(error)
        else:
            self.said.emit(f"This moment is called “{name}”")

    def go_to_frame(self) -> None:
        """Ask for a frame number, counted from 1, or a time, and go there."""
        video = self._session.video
        if video is None:
            return
        answer = self._questions.text(
            "Go to frame",
            f"Frame 1–{video.frame_count}, or a time such as 1:05.2",
            str(self._session.frame_index + 1),
        )
        if answer is None:
            return
        frame_index = parse_place(answer, frame_rate=video.frame_rate)
        if frame_index is None:
            self.failed.emit(
                UserError(
                    f"“{answer}” is neither a frame number nor a time.",
                    "Type a number such as 120, or minutes and seconds such as 1:05.2.",
                )
            )
        else:
            self._workbench.travel.to(frame_index)

    def describe_tracks(self) -> None:
        """Ask for the label and the attributes of the selected tracks."""
        chosen = self._session.selection.track_ids
        tracks = [track for track in self._session.tracks() if track.track_id in chosen]
        if not tracks:
            return
        labels = {track.label for track in tracks}
        numbers = ", ".join(str(track.number) for track in tracks)
        dialog = DescribeTracksDialog(
            self._window,
            title=(
                self.tr("Track {number}").format(number=numbers)
                if len(tracks) == 1
                else self.tr("Tracks {numbers}").format(numbers=numbers)
            ),
            label=labels.pop() if len(labels) == 1 else "",
            attributes=tracks[0].attributes if len(tracks) == 1 else {},
        )
        dialog.accepted.connect(lambda: self._describe(dialog, chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _describe(self, dialog: DescribeTracksDialog, track_ids: tuple[TrackId, ...]) -> None:
        label, attributes = dialog.label, dialog.attributes
        if label is not None or attributes is not None:
            self._workbench.repairs.describe(track_ids, label=label, attributes=attributes)

    def refine_tracks(self) -> None:
        """Look for broken tracks, gaps, doubles and ghosts, then offer what was found."""
        if self.runner.is_running:
            self.said.emit(f"{self.runner.title} is not done yet; try again in a moment")
            return
        project, run_id = self._session.required_project(), self._session.required_run().run_id
        self._reads_project = True
        self.runner.start("Refining tracks", lambda: refinement(project, run_id))

    def _offer(self, proposal: RefinementProposal) -> None:
        run = self._session.run
        if run is None or run.run_id != proposal.run_id:
            return
        if not proposal.items:
            self.said.emit("Nothing to refine: no link, gap, double or ghost was found")
            return
        dialog = RefinementDialog(self._window, proposal)
        dialog.accepted.connect(lambda: self._refine(proposal, dialog.chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _refine(self, proposal: RefinementProposal, keys: tuple[str, ...]) -> None:
        try:
            self._session.edit(proposal.edit(keys))
        except UserError as error:
            self.failed.emit(error)

    def track_boxes(self) -> None:
        """Ask for boxes that somebody else detected, and track them as a new run."""
        paths = self._questions.files_to_open("Track boxes from a file", BOXES_FILTER)
        if paths:
            self._workbench.runs.start_on_boxes(paths[0])

    def load_model(self) -> None:
        """Import the checkpoints that the person picks; the next run uses the last one."""
        paths = self._questions.files_to_open("Import a model", MODEL_FILTER)
        if paths:
            self.import_models(paths)

    def import_models(self, paths: Sequence[Path]) -> None:
        """Check model files, keep them on the shelf, and use the last one for the next run."""
        if self.runner.is_running:
            self.said.emit(f"{self.runner.title} is not done yet; try again in a moment")
            return
        self.said.emit(f"Checking {paths[0].name}…")
        self.runner.start("Importing a model", lambda: import_models(paths))

    def finetune(self) -> None:
        """Ask how, then teach the model from the corrections."""
        training = self._workbench.training
        dialog = FinetuneDialog(
            self._window,
            material=training.material(),
            bases=choices(self._session.project),
            name=training.suggested_name(),
        )
        dialog.choose_base(self._workbench.runs.choice.path)
        dialog.accepted.connect(lambda: training.start(dialog.plan()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        self.said.emit(f"{self.runner.title}: {progress.message}{share}")

    @Slot()
    def _on_job_ended(self) -> None:
        self._reads_project = False

    @Slot()
    def _on_project_closing(self) -> None:
        # It cannot be read any more, and its tracks' ids mean others in the next project.
        if self._reads_project:
            self.runner.stop_and_wait()

    @Slot(object)
    def _on_job_finished(self, result: object) -> None:
        if isinstance(result, ModelChoice):
            self._workbench.runs.choose(result)
        elif isinstance(result, RefinementProposal):
            self._offer(result)
        elif isinstance(result, Exported):
            self.said.emit(
                self.tr("Wrote {rows} of {tracks} to {path}").format(
                    rows=counted(result.rows, "1 row", "{count} rows"),
                    tracks=counted(result.tracks, "1 track", "{count} tracks"),
                    path=result.path,
                )
            )
        elif isinstance(result, Path) and self._session.project is self._sample_for:
            self._workbench.opener.open_paths([result])
        elif isinstance(result, Path):
            self.said.emit("The sample project is ready: File, Sample project")


def make_or_find_sample() -> Job:
    """Return the sample project's path, after making it if need be; imports torch only then."""
    from trackmend_app.sample import make_sample

    folder = sample_folder()
    if sample_project(folder).exists():
        return sample_project(folder)
    return (yield from make_sample(folder))


def parse_place(text: str, *, frame_rate: float) -> int | None:
    """Return the 0-based frame of a number from 1 or a time h:mm:ss.s; None if it is neither."""
    text = text.strip()
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return max(0, int(text) - 1)
    match = _CLOCK.match(text)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    time_s = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    return round(time_s * frame_rate)
