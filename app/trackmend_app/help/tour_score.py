"""How many identities of the sample are right (IDF1): its street was drawn, the truth is known."""

from pathlib import Path
from tempfile import TemporaryDirectory

from trackmend_app.jobs.runner import Job
from trackmend_core.evaluation import ClearRules, GroundTruthRule
from trackmend_core.exchange import export_project_mot
from trackmend_core.jobs import evaluate_files, pair_files
from trackmend_core.project import Project
from trackmend_core.types import Progress, VideoId


def right_identities(project: Project, video_id: VideoId, truth: Path) -> Job:
    """Judge the tracks as they are now; returns IDF1, 0..1.

    Raises:
        UserError: the truth cannot be read.
    """
    yield Progress(done=0, total=0, message="comparing with the truth")
    rules = ClearRules(ground_truth=GroundTruthRule.EVERY_ROW)
    with TemporaryDirectory() as folder:
        result = Path(folder) / "tracks.txt"
        export_project_mot(project, video_id, result)
        files = pair_files([truth], [result])
        judged = evaluate_files(files, iou_min=0.5, rules_of=lambda _name: rules)
    return judged.overall.clear.idf1
