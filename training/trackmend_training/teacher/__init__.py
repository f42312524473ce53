"""Published networks that the bundled model learns from: two person detectors, one for re-ID."""

from trackmend_training.teacher.detectors import DetectorEnsemble, PersonBoxes
from trackmend_training.teacher.reid import Projection, ReidTeacher, fit_projection

__all__ = ["DetectorEnsemble", "PersonBoxes", "Projection", "ReidTeacher", "fit_projection"]
