"""FairMOT networks and what surrounds them: build, load, save, preprocess, decode, detect.

Importing this room loads torch but no architecture and no OpenVINO; those come when first used.
"""

from trackmend_core.model.checkpoint import load_checkpoint, save_checkpoint, save_model
from trackmend_core.model.convert import convert_model, save_official
from trackmend_core.model.decode import Detections, decode
from trackmend_core.model.detector import CalibrationImages, Detector
from trackmend_core.model.initialise import Initialisation, load_initialisation
from trackmend_core.model.layout import layout_of
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.model.preprocess import letterbox_image, preprocess
from trackmend_core.model.registry import architectures, build_network
from trackmend_core.model.scenes import (
    TaughtScene,
    difference,
    in_scene,
    kept_scenes,
    with_scene,
)

__all__ = [
    "CalibrationImages",
    "Detections",
    "Detector",
    "Initialisation",
    "LoadedModel",
    "TaughtScene",
    "architectures",
    "build_network",
    "convert_model",
    "decode",
    "difference",
    "in_scene",
    "kept_scenes",
    "layout_of",
    "letterbox_image",
    "load_checkpoint",
    "load_initialisation",
    "preprocess",
    "save_checkpoint",
    "save_model",
    "save_official",
    "with_scene",
]
