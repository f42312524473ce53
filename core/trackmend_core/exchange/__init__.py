"""Tracks in the file formats of others: MOTChallenge text in and out."""

from trackmend_core.exchange.given_detections import GivenDetections
from trackmend_core.exchange.mot_export import export_project_mot, mot_chunks
from trackmend_core.exchange.mot_read import read_mot
from trackmend_core.exchange.mot_table import empty_mot_table, mot_table
from trackmend_core.exchange.mot_write import MotKind, mot_lines, write_mot, write_mot_chunks
from trackmend_core.exchange.read_detections import read_detections
from trackmend_core.exchange.text_file import check_text_target

__all__ = [
    "GivenDetections",
    "MotKind",
    "check_text_target",
    "empty_mot_table",
    "export_project_mot",
    "mot_chunks",
    "mot_lines",
    "mot_table",
    "read_detections",
    "read_mot",
    "write_mot",
    "write_mot_chunks",
]
