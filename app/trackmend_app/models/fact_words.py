"""The facts of a model file in a reader's words; the command line keeps the short names."""

from PySide6.QtCore import QCoreApplication

_BYTES_PER_MB = 1_000_000


def fact_title(key: str) -> str:
    """Return what people call a fact; what a file says of itself keeps the file's own name."""
    translate = QCoreApplication.translate
    titles = {
        "name": translate("ModelFacts", "name"),
        "path": translate("ModelFacts", "file"),
        "bytes": translate("ModelFacts", "size of the file"),
        "arch": translate("ModelFacts", "network"),
        "parameters": translate("ModelFacts", "parameters"),
        "reid_dim": translate("ModelFacts", "re-ID dimensions"),
        "colour_share": translate("ModelFacts", "likeness told by colours"),
        "ltrb": translate("ModelFacts", "boxes are told by"),
        "num_classes": translate("ModelFacts", "classes"),
        "input_wh": translate("ModelFacts", "input size"),
        "sampler": translate("ModelFacts", "re-ID is read"),
        "taught_scenes": translate("ModelFacts", "scenes where it was taught"),
        "ignored_keys": translate("ModelFacts", "left out of the file"),
    }
    return titles.get(key, key)


def fact_value(key: str, value: object) -> str:
    """Return a fact for reading: sizes with their units, lists in a row."""
    translate = QCoreApplication.translate
    if key == "bytes" and isinstance(value, int):
        return f"{value / _BYTES_PER_MB:.1f} MB"
    if key == "ltrb":
        return (
            translate("ModelFacts", "distances to the four edges")
            if value
            else translate("ModelFacts", "width and height")
        )
    if key == "sampler" and value == "centre":
        return translate("ModelFacts", "at the centre of a box")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
