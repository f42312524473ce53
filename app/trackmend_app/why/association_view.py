"""What is shown of a frame's association: order, colours, figures and verdicts; no Qt widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.colour_map import SimilarityRange
from trackmend_app.why.matrix_content import Header, Mark, MatrixContent
from trackmend_app.wording import say
from trackmend_core.project import BoxRecord
from trackmend_core.project.records import BoxXyxy, frame_number
from trackmend_core.review.association import FrameAssociation, MatchedPair, Stage
from trackmend_core.types import Float64Array, TrackId

_MARKS = {
    Stage.APPEARANCE: Mark.APPEARANCE,
    Stage.OVERLAP: Mark.OVERLAP,
    Stage.NEWBORN: Mark.NEWBORN,
}


class Measure(StrEnum):
    """What the cells show."""

    COST = "cost"
    COSINE = "cosine"
    GATE = "gate"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a detection is in the layer, as it stands now."""

    track_id: TrackId
    number: int


def stage_name(stage: Stage) -> str:
    """Return what people call a stage."""
    return {
        Stage.APPEARANCE: say("appearance"),
        Stage.OVERLAP: say("overlap"),
        Stage.NEWBORN: say("overlap with a newborn"),
    }[stage]


def owners_of(boxes: Sequence[BoxRecord]) -> dict[int, Owner]:
    """Return who owns each detection that these boxes came from."""
    return {
        int(box.detection_id): Owner(track_id=box.track_id, number=box.number)
        for box in boxes
        if box.detection_id is not None
    }


class AssociationView:
    """One frame's association in the order in which it is shown.

    Rows and columns are ordered so that the pairs that were made lie on the diagonal; tracks that
    found nothing come last, and so do detections that nobody wanted.

    Args:
        association: what was decided.
        owners: whose each detection is now; a track is named by its last detection.
        chosen: show only these tracks, and what could have been theirs; all if there are none.
    """

    def __init__(
        self,
        association: FrameAssociation,
        *,
        owners: Mapping[int, Owner],
        chosen: Sequence[TrackId] = (),
    ) -> None:
        self.association = association
        self._owners = owners
        self._pair_of_row = {pair.track_row: pair for pair in association.pairs}
        self._pair_of_column = {pair.detection_column: pair for pair in association.pairs}
        self.rows, self.columns = self._order(set(chosen))

    def row_owner(self, row: int) -> Owner | None:
        """Return which track of the layer a shown row is."""
        return self._owners.get(int(self.association.seen_detections[self.rows[row]]))

    def column_owner(self, column: int) -> Owner | None:
        """Return which track of the layer has the detection of a shown column."""
        return self._owners.get(int(self.association.detection_ids[self.columns[column]]))

    def pair_at(self, row: int, column: int) -> MatchedPair | None:
        """Return the pair that was made in a shown cell."""
        pair = self._pair_of_row.get(self.rows[row])
        return pair if pair and pair.detection_column == self.columns[column] else None

    def values(self, measure: Measure) -> Float64Array:
        """Return (R, C) float64 in the order shown; inf or not a number where impossible."""
        told = self.association
        whole = {
            Measure.COST: told.costs,
            Measure.COSINE: told.cosines,
            Measure.GATE: np.where(told.gate_distances <= told.gate, told.gate_distances, np.inf),
            Measure.OVERLAP: told.overlaps,
        }[measure]
        shown: Float64Array = whole[np.ix_(self.rows, self.columns)]
        return shown

    def ends(self, measure: Measure) -> SimilarityRange:
        """Return the values at the dark and at the bright end of the colours."""
        told = self.association
        return {
            Measure.COST: SimilarityRange(2 * told.appearance_cost_max, 0.0),
            Measure.COSINE: SimilarityRange(0.0, 1.0),
            Measure.GATE: SimilarityRange(told.gate, 0.0),
            Measure.OVERLAP: SimilarityRange(0.0, 1.0),
        }[measure]

    def content(self, measure: Measure) -> MatrixContent:
        """Return what the matrix shows."""
        values = self.values(measure)
        ends = self.ends(measure)
        possible = np.isfinite(values)
        merits = np.full(values.shape, np.nan, np.float32)
        scaled = (values[possible] - ends.low) / (ends.high - ends.low)
        merits[possible] = np.clip(scaled, 0.0, 1.0)
        return MatrixContent(
            rows=tuple(self._row_header(row) for row in range(len(self.rows))),
            columns=tuple(self._column_header(column) for column in range(len(self.columns))),
            merits=merits,
            text=lambda row, column: figure(measure, float(values[row, column])),
            tip=self.verdict,
            marks=self._marks(),
        )

    def limit_text(self, measure: Measure) -> str:
        """Return what the stage asks for, in the measure that is shown."""
        told = self.association
        return {
            Measure.COST: say("cosine distance and motion; first stage up to {value}").format(
                value=f"{told.appearance_cost_max:.2f}"
            ),
            Measure.COSINE: say("cosine of template and detection"),
            Measure.GATE: say(
                "squared distance to the Kalman filter; impossible beyond {value}"
            ).format(value=f"{told.gate:.2f}"),
            Measure.OVERLAP: say("IoU with the expected box; second stage from {value}").format(
                value=f"{told.overlap_min:.2f}"
            ),
        }[measure]

    def verdict(self, row: int, column: int) -> str:
        """Return one sentence: why this pair was made, or why not."""
        words = self._verdict(row, column)
        return words[:1].upper() + words[1:]

    def _verdict(self, row: int, column: int) -> str:
        track, detection = self.row_name(row), self.column_name(column)
        pair = self.pair_at(row, column)
        if pair is not None:
            return self._made(pair, track, detection)
        told = self.association
        at = self.rows[row], self.columns[column]
        if told.confirmed[at[0]] and not np.isfinite(told.costs[at]):
            return say("{track} and {detection}: motion makes it impossible.").format(
                track=track, detection=detection
            )
        instead = []
        if (own := self._pair_of_row.get(at[0])) is not None:
            name = self._detection_name(own.detection_column)
            instead.append(say("the track went on with {detection}").format(detection=name))
        if (other := self._pair_of_column.get(at[1])) is not None:
            name = self._track_name(other.track_row)
            instead.append(say("the detection went to {track}").format(track=name))
        if not instead:
            instead = [say("it is beyond the limits of every stage")]
        return say("{track} and {detection} were not paired: {reasons}.").format(
            track=track, detection=detection, reasons=", ".join(instead)
        )

    def row_name(self, row: int) -> str:
        """Return what people call the track of a shown row."""
        return self._track_name(self.rows[row])

    def column_name(self, column: int) -> str:
        """Return what people call the detection of a shown column."""
        return self._detection_name(self.columns[column])

    def row_box(self, row: int) -> tuple[int, BoxXyxy]:
        """Return frame and box where the track of a shown row was seen last."""
        at = self.rows[row]
        x1, y1, x2, y2 = self.association.seen_boxes_xyxy[at].tolist()
        return int(self.association.seen_frames[at]), (x1, y1, x2, y2)

    def column_box(self, column: int) -> tuple[int, BoxXyxy]:
        """Return frame and box of the detection of a shown column."""
        x1, y1, x2, y2 = self.association.detection_boxes_xyxy[self.columns[column]].tolist()
        return self.association.frame_index, (x1, y1, x2, y2)

    def _made(self, pair: MatchedPair, track: str, detection: str) -> str:
        text = say(
            "{track} went on with {detection} by {stage}: {cost} of at most {limit}."
        ).format(
            track=track,
            detection=detection,
            stage=stage_name(pair.stage),
            cost=f"{pair.cost:.2f}",
            limit=f"{pair.cost_max:.2f}",
        )
        if pair.runner_up is not None and pair.margin is not None:
            other = self._detection_name(pair.runner_up)
            text += say(" Next best: {detection}, {more}.").format(
                detection=other, more=_more(pair.margin)
            )
        if pair.rival is not None and pair.rival_margin is not None:
            other = self._track_name(pair.rival)
            text += say(" Next to want it: {track}, {more}.").format(
                track=other, more=_more(pair.rival_margin)
            )
        return text

    def _track_name(self, row: int) -> str:
        owner = self._owners.get(int(self.association.seen_detections[row]))
        if owner is not None:
            return say("track {number}").format(number=owner.number)
        return say("a track that is gone")

    def _detection_name(self, column: int) -> str:
        owner = self._owners.get(int(self.association.detection_ids[column]))
        if owner is not None:
            return say("{number}'s detection").format(number=owner.number)
        return say("a detection of no track")

    def _order(self, chosen: set[TrackId]) -> tuple[list[int], list[int]]:
        told = self.association
        pairs = sorted(told.pairs, key=lambda pair: self._rank(pair.detection_column))
        rows = [pair.track_row for pair in pairs]
        columns = [pair.detection_column for pair in pairs]
        rows += sorted(set(range(len(told.tracker_ids))) - set(rows), key=self._row_rank)
        columns += sorted(set(range(len(told.detection_ids))) - set(columns), key=self._rank)
        mine = [
            row
            for row in rows
            if (owner := self._owners.get(int(told.seen_detections[row]))) is not None
            and owner.track_id in chosen
        ]
        theirs = {
            column
            for column in columns
            if (owner := self._owners.get(int(told.detection_ids[column]))) is not None
            and owner.track_id in chosen
        }
        if not mine and not theirs:
            return rows, columns
        wanted = set(theirs)
        for row in mine:
            near = np.isfinite(told.costs[row]) | (told.overlaps[row] > 0)
            wanted |= set(np.flatnonzero(near).tolist())
        others = {pair.track_row for pair in told.pairs if pair.detection_column in wanted}
        return (
            [row for row in rows if row in set(mine) | others],
            [column for column in columns if column in wanted],
        )

    def _rank(self, column: int) -> int:
        owner = self._owners.get(int(self.association.detection_ids[column]))
        return owner.number if owner is not None else 1_000_000

    def _row_rank(self, row: int) -> int:
        owner = self._owners.get(int(self.association.seen_detections[row]))
        return owner.number if owner is not None else 1_000_000

    def _row_header(self, row: int) -> Header:
        owner, told, at = self.row_owner(row), self.association, self.rows[row]
        frame, box = self.row_box(row)
        if told.lost[at]:
            state = say("lost, seen last in frame {frame}")
        elif not told.confirmed[at]:
            state = say("born in frame {frame}")
        else:
            state = say("seen last in frame {frame}")
        words = state.format(frame=frame_number(frame))
        tracker = int(told.tracker_ids[at])
        called = say(" · {number} to the tracker").format(number=tracker) if tracker else ""
        return Header(
            label=str(owner.number) if owner is not None else "–",
            number=owner.number if owner is not None else 0,
            crop=CropKey.around(frame, box),
            tip=f"{self.row_name(row)} · {words}{called}",
            quiet=bool(told.lost[at]),
        )

    def _column_header(self, column: int) -> Header:
        owner, at = self.column_owner(column), self.columns[column]
        frame, box = self.column_box(column)
        score = float(self.association.detection_scores[at])
        return Header(
            label=str(owner.number) if owner is not None else "–",
            number=owner.number if owner is not None else 0,
            crop=CropKey.around(frame, box),
            tip=say("{name} · confidence {score}").format(
                name=self.column_name(column), score=f"{score:.2f}"
            ),
            quiet=owner is None,
        )

    def _marks(self) -> dict[tuple[int, int], Mark]:
        row_at = {row: place for place, row in enumerate(self.rows)}
        column_at = {column: place for place, column in enumerate(self.columns)}
        marks: dict[tuple[int, int], Mark] = {}
        for pair in self.association.pairs:
            if pair.track_row in row_at and pair.runner_up in column_at:
                marks[row_at[pair.track_row], column_at[pair.runner_up]] = Mark.RUNNER_UP
        for pair in self.association.pairs:
            if pair.track_row in row_at and pair.detection_column in column_at:
                place = row_at[pair.track_row], column_at[pair.detection_column]
                marks[place] = _MARKS[pair.stage]
        return marks


def figure(measure: Measure, value: float) -> str:
    """Return a value as the cells show it."""
    if not np.isfinite(value):
        return "–"
    return f"{value:.1f}" if measure is Measure.GATE else f"{value:.2f}"


def _more(margin: float) -> str:
    if margin < 0:
        return say("{value} cheaper, but then the whole would cost more").format(
            value=f"{-margin:.2f}"
        )
    return say("{value} dearer").format(value=f"{margin:.2f}")
