"""The runs of the project: started, listed, made active, found interrupted."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, insert, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.database import new_id
from trackmend_core.project.owner import THIS_PROCESS, is_at_work
from trackmend_core.project.records import JsonObject, RunRecord, RunStatus
from trackmend_core.project.schema import runs, state, suggestions, verified_stretches, videos
from trackmend_core.project.state import LOG_VERSION, SPEED_OF_RUN, get_state
from trackmend_core.types import ModelId, RunId, VideoId

_RUNS = select(runs, state.c.value.label("frames_per_second")).outerjoin(
    state, state.c.key == SPEED_OF_RUN + cast(runs.c.id, Text)
)


def insert_run(
    connection: Connection,
    *,
    video_id: VideoId,
    model_id: ModelId | None,
    tracker_settings: JsonObject,
    detector_settings: JsonObject,
    description: str,
) -> RunId:
    """Add an empty run and make it the active one of its video.

    Raises:
        UserError: there is no such video.
    """
    if connection.execute(select(videos.c.id).where(videos.c.id == video_id)).first() is None:
        raise UserError("This video is not in the project.", "Add it first.")
    _deactivate(connection, video_id)
    inserted = connection.execute(
        insert(runs).values(
            video_id=video_id,
            model_id=model_id,
            description=description,
            tracker_settings=dict(tracker_settings),
            detector_settings=dict(detector_settings),
            status=RunStatus.RUNNING.value,
            message="",
            owner=THIS_PROCESS,
            heartbeat_at=time.time(),
            first_frame=None,
            next_frame=0,
            is_active=True,
            created_at=time.time(),
            ended_at=None,
        )
    )
    return RunId(new_id(inserted))


def list_runs(connection: Connection, video_id: VideoId) -> list[RunRecord]:
    """Return the runs of a video, oldest first."""
    rows = connection.execute(_RUNS.where(runs.c.video_id == video_id).order_by(runs.c.id))
    return [_record(row) for row in rows]


def run_record(connection: Connection, run_id: RunId) -> RunRecord:
    """Return one run.

    Raises:
        UserError: it is not in the project.
    """
    row = connection.execute(_RUNS.where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise UserError("This run is not in the project.", "Pick another run.")
    return _record(row)


def activate_run(connection: Connection, run_id: RunId) -> None:
    """Show and edit the layer of this run from now on.

    Raises:
        UserError: it is not in the project.
    """
    _deactivate(connection, run_record(connection, run_id).video_id)
    connection.execute(update(runs).where(runs.c.id == run_id).values(is_active=True))


def check_idle(connection: Connection, run_id: RunId) -> None:
    """Refuse a run that is being written at this moment.

    Raises:
        UserError: it is, or is not there.
    """
    row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise UserError("This run is not in the project.", "Pick another run.")
    if row.status == RunStatus.RUNNING.value and is_at_work(
        row.owner, heartbeat_at=row.heartbeat_at
    ):
        raise UserError("This run is going on.", "Wait for it, or cancel it first.")


def work_on_run(connection: Connection, run_id: RunId) -> tuple[object, ...]:
    """Return what differs after anything that would be lost with a run was added to it."""
    table = verified_stretches.c
    stretches = select(table.id, table.counts).where(table.run_id == run_id).order_by(table.id)
    asked = select(suggestions.c.id, suggestions.c.state).where(suggestions.c.run_id == run_id)
    return (
        get_state(connection, LOG_VERSION, 0),
        run_record(connection, run_id).next_frame,
        tuple(tuple(row) for row in connection.execute(stretches)),
        tuple(tuple(row) for row in connection.execute(asked.order_by(suggestions.c.id))),
    )


def take_over(connection: Connection, run_id: RunId) -> None:
    """Make a run that has stopped a running one again, owned by this process.

    Raises:
        UserError: it is being written at this moment, or is not there.
    """
    check_idle(connection, run_id)
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status=RunStatus.RUNNING.value,
            message="",
            owner=THIS_PROCESS,
            heartbeat_at=time.time(),
            ended_at=None,
        )
    )


def mark_interrupted(connection: Connection) -> Sequence[RunId]:
    """Find runs whose process died while it wrote them; what they have stays."""
    rows = connection.execute(
        select(runs.c.id, runs.c.owner, runs.c.heartbeat_at).where(
            runs.c.status == RunStatus.RUNNING.value
        )
    ).all()
    dead = [
        RunId(row.id) for row in rows if not is_at_work(row.owner, heartbeat_at=row.heartbeat_at)
    ]
    if dead:
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(dead))
            .values(status=RunStatus.INTERRUPTED.value, owner=None)
        )
    return dead


def _deactivate(connection: Connection, video_id: VideoId) -> None:
    connection.execute(
        update(runs).where(runs.c.video_id == video_id, runs.c.is_active).values(is_active=False)
    )


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        run_id=RunId(row.id),
        video_id=VideoId(row.video_id),
        model_id=None if row.model_id is None else ModelId(row.model_id),
        description=row.description,
        status=RunStatus(row.status),
        message=row.message,
        first_frame=row.first_frame,
        next_frame=row.next_frame,
        is_active=row.is_active,
        tracker_settings=row.tracker_settings,
        detector_settings=row.detector_settings,
        created_at=row.created_at,
        ended_at=row.ended_at,
        frames_per_second=row.frames_per_second,
    )
