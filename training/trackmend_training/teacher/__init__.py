"""Published networks that the bundled model learns from: two person detectors, one for re-ID."""

from trackmend_training.teacher.detectors import DetectorEnsemble, PersonBoxes
from trackmend_training.teacher.reid import ReidTeacher, project_embeddings

__all__ = ["DetectorEnsemble", "PersonBoxes", "ReidTeacher", "project_embeddings"]
