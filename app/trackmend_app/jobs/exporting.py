"""The export as the window runs it, in a thread: two million boxes take half a minute."""

from dataclasses import dataclass
from pathlib import Path

from trackmend_app.jobs.runner import Job
from trackmend_core.errors import UserError
from trackmend_core.exchange import mot_chunks, mot_lines
from trackmend_core.exchange.text_file import replacing
from trackmend_core.project import Project
from trackmend_core.types import Progress, VideoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written where."""

    path: Path
    rows: int
    tracks: int


def exporting(project: Project, video_id: VideoId, path: Path) -> Job:
    """Write the tracks of a video's active run as they are now; stopped, it leaves what was there.

    Raises:
        UserError: there is no run to export, or the file cannot be written.
    """
    run = project.active_run(video_id)
    if run is None:
        raise UserError("This video has no tracks yet.", "Run the model on it, then export.")
    tracks = project.tracks(run.run_id)
    total = sum(track.box_count for track in tracks)
    rows = 0
    with replacing(path) as stream:
        for table in mot_chunks(project, run.run_id):
            stream.writelines(mot_lines(table))
            rows += len(table)
            yield Progress(done=rows, total=total, message="")
    return Exported(path=path, rows=rows, tracks=len(tracks))
