"""Reading sources of every form, and putting those of a run together."""

from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_training.choices import SourceKind
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.coco import is_coco, read_coco
from trackmend_training.datasets.crowdhuman import SUFFIX, read_crowdhuman
from trackmend_training.datasets.fairmot_cfg import is_fairmot_cfg, read_fairmot_cfg
from trackmend_training.datasets.inspect import inspect_images, refuse_ruinous
from trackmend_training.datasets.jde import IMAGES, LABELS, read_jde
from trackmend_training.datasets.json_file import read_json
from trackmend_training.datasets.labelled import LabelledImage, Material, combine
from trackmend_training.datasets.made import read_project, read_street
from trackmend_training.datasets.motchallenge import is_motchallenge, read_motchallenge
from trackmend_training.datasets.raw import RawSource, Reader, number_identities, require_all
from trackmend_training.datasets.yolo import LABELS as YOLO_LABELS
from trackmend_training.datasets.yolo import read_yolo

READERS: dict[SourceKind, Reader] = {
    SourceKind.JDE: read_jde,
    SourceKind.FAIRMOT: read_fairmot_cfg,
    SourceKind.MOT: read_motchallenge,
    SourceKind.CROWDHUMAN: read_crowdhuman,
    SourceKind.COCO: read_coco,
    SourceKind.YOLO: read_yolo,
    SourceKind.STREET: read_street,
    SourceKind.PROJECT: read_project,
}


def kind_of(source: SourceConfig) -> SourceKind:
    """Return the form of a source, by what is there unless it is stated.

    Raises:
        UserError: it cannot be told.
    """
    if source.kind != SourceKind.AUTO:
        return SourceKind(source.kind)
    path = Path(source.path)
    if path.suffix == SUFFIX:
        return SourceKind.CROWDHUMAN
    if path.suffix == ".trackmend":
        return SourceKind.PROJECT
    if path.suffix.lower() == ".json" and path.is_file():
        content = read_json(path)
        if is_fairmot_cfg(content):
            return SourceKind.FAIRMOT
        if is_coco(content):
            return SourceKind.COCO
        raise UserError(
            f"{path.name} is neither a FairMOT cfg nor COCO json.",
            "Name its form by the source's kind.",
        )
    if is_motchallenge(path):
        return SourceKind.MOT
    has_own_labels = (path / LABELS).is_dir() or not (path / YOLO_LABELS).is_dir()
    if (path / IMAGES).is_dir() and not has_own_labels:
        return SourceKind.YOLO
    return SourceKind.JDE


def read_raw(source: SourceConfig) -> RawSource:
    """Read one source as it is labelled; what is missing is named in the result.

    Raises:
        UserError: it cannot be read at all.
    """
    return READERS[kind_of(source)](source).keep(source)


def load_any(source: SourceConfig) -> list[LabelledImage]:
    """Read one source, ready to learn from.

    Raises:
        UserError: it cannot be read, or something in it is missing.
    """
    raw = read_raw(source)
    require_all(raw, source=source)
    return number_identities(raw.images, own_identity_per_box=source.own_identity_per_box)


def gather_material(config: TrainConfig) -> Material:
    """Read every source of a run; identities of each are numbered after those before it.

    Raises:
        UserError: one cannot be read, something is missing, or it would ruin the run.
    """
    parts: list[tuple[list[LabelledImage], float]] = []
    for source in config.sources:
        raw = read_raw(source)
        require_all(raw, source=source)
        if config.check:
            refuse_ruinous(inspect_images(raw.images), source=source)
        labelled = number_identities(raw.images, own_identity_per_box=source.own_identity_per_box)
        parts.append((labelled, source.share))
    return combine(parts)
