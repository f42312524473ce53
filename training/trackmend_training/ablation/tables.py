"""The rows of FairMOT's tables, as changes to one training run or to one tracker.

Source: Zhang et al., FairMOT (IJCV 2021), Tables 1, 2, 3, 5 and 6. Of their figures only those are
given here that could be looked up; nothing is filled in from memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trackmend_core.errors import UserError
from trackmend_core.similarity import SamplerName
from trackmend_core.tracking import INGREDIENTS

REFERENCE = {"mota": 0.691, "idf1": 0.728}
"""DLA-34, embeddings of 128 numbers read at the centre, all ingredients. Source: README of
AaspiralMoon/FairMOT, a fork of the official repository, where the figures were seen:
`mix_mot17_half_dla34.pth` on the second halves of MOT17, threshold 0.4."""
REFERENCE_SOURCE = "README of the fork AaspiralMoon/FairMOT (mix_mot17_half_dla34.pth)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table.

    Attributes:
        name: as the paper has it, or nearly.
        changes: to the training's configuration.
        tracker: to the tracker's settings.
        paper: its figures as far as they are known here, 0..1.
    """

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)  # Any: values of `TrainConfig`
    tracker: Mapping[str, bool] = field(default_factory=dict)
    paper: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the paper.

    Attributes:
        name: what one asks for.
        number: in the paper.
        title: what is compared.
        rows: each is trained and judged.
    """

    name: str
    number: int
    title: str
    rows: tuple[Row, ...]


WITHOUT_IDENTITY = {"use_appearance": False}

TABLES = (
    Table(
        name="samplers",
        number=1,
        title="where the embedding is read",
        rows=(
            Row(name="ROI-Align", changes={"sampler": SamplerName.ROI_ALIGN}),
            Row(name="POS-Anchor", changes={"sampler": SamplerName.POSITIVE_ANCHOR}),
            Row(name="Center", changes={"sampler": SamplerName.CENTRE}, paper=REFERENCE),
            Row(name="Center-BI", changes={"sampler": SamplerName.BILINEAR}),
            Row(name="Two-Stage", changes={"sampler": SamplerName.TWO_STAGE}),
        ),
    ),
    Table(
        name="backbones",
        number=2,
        title="networks",
        rows=(
            Row(name="ResNet-34", changes={"arch": "resnet34"}),
            Row(name="ResNet-50", changes={"arch": "resnet50"}),
            Row(name="ResNet-34-FPN", changes={"arch": "resnet34_fpn"}),
            Row(name="HRNet-W18", changes={"arch": "hrnet_w18"}),
            Row(name="DLA-34", changes={"arch": "dla34"}, paper=REFERENCE),
        ),
    ),
    Table(
        name="tasks",
        number=3,
        title="detection alone, and with identities",
        rows=(
            Row(
                name="detection only",
                changes={"detection_only": True},
                tracker=WITHOUT_IDENTITY,
            ),
            Row(name="detection and identities", paper=REFERENCE),
        ),
    ),
    Table(
        name="dimensions",
        number=5,
        title="length of the embedding",
        rows=tuple(
            Row(
                name=str(length),
                changes={"reid_dim": length},
                paper=REFERENCE if length == 128 else {},
            )
            for length in (512, 256, 128, 64)
        ),
    ),
    Table(
        name="association",
        number=6,
        title="ingredients of the association",
        rows=tuple(
            Row(name=name, tracker=changes, paper={} if changes else REFERENCE)
            for name, changes in INGREDIENTS.items()
        ),
    ),
)


def table_named(name: str) -> Table:
    """Return a table by its name or its number in the paper.

    Raises:
        UserError: there is none.
    """
    for table in TABLES:
        if name in (table.name, str(table.number)):
            return table
    known = ", ".join(f"{table.name} ({table.number})" for table in TABLES)
    raise UserError(f"There is no ablation “{name}”.", f"Tables: {known}.")
