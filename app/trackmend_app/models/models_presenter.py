"""Opens the dialog with all models and does what is asked there, off the GUI thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from trackmend_app.errands import Errands
from trackmend_app.jobs.modelling import ConvertedModel, InspectedModel, convert_to, inspect_model
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.models.model_rows import ModelRow, model_rows
from trackmend_app.models.models_dialog import ModelsDialog
from trackmend_app.wording import say_composed
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError

CONVERTED_FILTER = "FairMOT checkpoint (*.pth);;Trackmend model (*.safetensors)"


class ModelsPresenter(QObject):
    """One dialog at a time; of several models chosen quickly only the last one is read."""

    def __init__(self, window: QWidget, *, workbench: Workbench, errands: Errands) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._errands = errands
        self._dialog: ModelsDialog | None = None
        self._wanted: ModelRow | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self._on_failed)
        self.runner.ended.connect(self._read_wanted)
        errands.runner.ended.connect(self._refresh)

    @Slot()
    def open(self) -> None:
        """Show all models."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = ModelsDialog(self._window)
        self._dialog = dialog
        dialog.row_chosen.connect(self._on_row_chosen)
        dialog.import_asked.connect(self._errands.load_model)
        dialog.convert_asked.connect(self._on_convert_asked)
        dialog.use_asked.connect(self._on_use_asked)
        dialog.finished.connect(self._on_closed)
        self._refresh()
        dialog.open()

    @Slot()
    def _refresh(self) -> None:
        if self._dialog is None:
            return
        rows = model_rows(self._workbench.session.project)
        path = self._workbench.runs.choice.path
        self._dialog.set_rows(
            rows, used=next((row for row in rows if row.choice.path == path), None)
        )

    @Slot(object)
    def _on_row_chosen(self, row: ModelRow) -> None:
        self._wanted = row
        self._read_wanted()

    @Slot()
    def _read_wanted(self) -> None:
        if self.runner.is_running:
            return
        row, self._wanted = self._wanted, None
        if row is None or self._dialog is None:
            return
        if not row.is_there:
            self._dialog.show_state(
                self.tr("The file is not at {place} any more. Import it again.").format(
                    place=row.choice.path.parent
                ),
                is_error=True,
            )
            return
        self._dialog.show_state(self.tr("Reading…"))
        self.runner.start("Reading a model", lambda: inspect_model(row.choice.path))

    @Slot(object)
    def _on_use_asked(self, row: ModelRow) -> None:
        self._workbench.runs.choose(row.choice)
        self._refresh()

    @Slot(object)
    def _on_convert_asked(self, row: ModelRow) -> None:
        source = row.choice.path
        if self.runner.is_running or self._dialog is None:
            return
        project = self._workbench.session.project
        folder = Path.home() if project is None else project.path.parent
        suggestion = (folder / source.name).with_suffix(".pth")
        target = self._workbench.questions.file_to_write(
            self.tr("Write {name} in another form").format(name=row.choice.name),
            suggestion,
            CONVERTED_FILTER,
        )
        if target is None:
            return
        self._dialog.show_state(self.tr("Converting…"))
        self.runner.start("Converting a model", lambda: convert_to(source, target))

    @Slot(object)
    def _on_finished(self, result: object) -> None:
        if self._dialog is None:
            return
        if isinstance(result, InspectedModel):
            chosen = self._dialog.chosen
            if chosen is not None and chosen.choice.path == result.path:
                self._dialog.show_facts(result.texts)
        elif isinstance(result, ConvertedModel):
            self._dialog.show_state(self.tr("Written as {path}").format(path=result.target))

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        if isinstance(error, UserError) and self._dialog is not None:
            said = " ".join(filter(None, map(say_composed, (error.message, error.hint))))
            self._dialog.show_state(said, is_error=True)
        else:
            self._workbench.failed.emit(error)

    @Slot()
    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
