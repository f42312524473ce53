"""The tables of a project file, as SQLAlchemy Core sees them; the migrations create them.

Three kinds: what a model said (`runs`, `frame_detections`, `run_tracks`, `run_boxes`: written
once), the layer that people repair (`tracks`, `boxes`: changed by edits only), and the log
of those edits.
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

APPLICATION_ID: Final = 0x54524D44
"""`TRMD`, in the SQLite header of every project."""

SCHEMA_VERSION: Final = 6
"""`PRAGMA user_version`; raised by one with every migration."""

metadata = MetaData()


def _run_key(*, nullable: bool = False) -> Column[int]:
    return Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=nullable)


def _box_columns() -> list[Column[float]]:
    return [Column(name, Float, nullable=False) for name in ("x1", "y1", "x2", "y2", "score")]


def _like(column: Column[Any]) -> Column[Any]:
    """Return a column for the same values (of any type), of the track where that is the strand."""
    name = column.name.replace("strand_id", "track_id")
    return Column(name, column.type, nullable=column.nullable, primary_key=column.primary_key)


videos = Table(
    "videos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("relative_path", Text),
    Column("absolute_path", Text, nullable=False),
    Column("frame_count", Integer, nullable=False),
    Column("frame_rate", Float, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("added_at", Float, nullable=False),
    sqlite_autoincrement=True,
)

models = Table(
    "models",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("arch", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("parent_id", Integer, ForeignKey("models.id")),
    Column("added_at", Float, nullable=False),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("video_id", Integer, ForeignKey("videos.id"), nullable=False),
    Column("model_id", Integer, ForeignKey("models.id")),
    Column("description", Text, nullable=False),
    Column("tracker_settings", JSON, nullable=False),
    Column("detector_settings", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("owner", Text),
    Column("heartbeat_at", Float, nullable=False),
    Column("first_frame", Integer),
    Column("next_frame", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Index("runs_by_video", "video_id"),
    Index("one_active_run", "video_id", unique=True, sqlite_where=text("is_active")),
    sqlite_autoincrement=True,
)

frame_detections = Table(
    "frame_detections",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column("frame_index", Integer, nullable=False),
    Column("first_detection_id", Integer, nullable=False),
    Column("detection_count", Integer, nullable=False),
    Column("embedding_dim", Integer, nullable=False),
    Column("after_edit_id", Integer, nullable=False),
    Column("boxes", LargeBinary, nullable=False),
    Column("scores", LargeBinary, nullable=False),
    Column("class_ids", LargeBinary, nullable=False),
    Column("embeddings", LargeBinary, nullable=False),
    UniqueConstraint("run_id", "frame_index"),
    Index("frames_by_detection", "first_detection_id", sqlite_where=text("detection_count > 0")),
)
"""One row per frame; little-endian arrays: boxes (N, 4) float32, scores (N,) float32,
class_ids (N,) int32, embeddings (N, D) float16. Detection `first_detection_id + i` is row i.
`after_edit_id` is the newest edit that existed when the frame was written."""

run_tracks = Table(
    "run_tracks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _run_key(),
    Column("tracker_id", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("run_id", "number"),
)

run_boxes = Table(
    "run_boxes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column(
        "run_track_id", Integer, ForeignKey("run_tracks.id", ondelete="CASCADE"), nullable=False
    ),
    Column("frame_index", Integer, nullable=False),
    *_box_columns(),
    Column("class_id", Integer, nullable=False),
    Column("detection_id", Integer),
    Column("in_layer", Boolean, nullable=False),
    UniqueConstraint("run_track_id", "frame_index"),
)
"""What the tracker put out. `id` is also the id of the box in the layer (`in_layer`), unless a
person's box already stood in its place."""

tracks = Table(
    "tracks",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("attributes", JSON, nullable=False, server_default="{}"),
    UniqueConstraint("run_id", "number"),
    sqlite_autoincrement=True,
)

strands = Table(
    "strands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "track_id",
        Integer,
        ForeignKey("tracks.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("chunk", Integer, nullable=False),
    UniqueConstraint("track_id", "chunk"),
)
"""A stretch of frames of one track, see `strands`: the boxes in it change hands as one."""


laid_boxes = Table(
    "laid_boxes",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column(
        "strand_id",
        Integer,
        ForeignKey("strands.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("frame_index", Integer, nullable=False),
    *_box_columns(),
    Column("source", Text, nullable=False),
    Column("class_id", Integer, nullable=False),
    Column("detection_id", Integer),
    Column("is_occluded", Boolean, nullable=False, server_default=text("0")),
    UniqueConstraint("strand_id", "frame_index"),
    Index("laid_by_frame", "run_id", "frame_index"),
    CheckConstraint("source IN ('model', 'interpolated', 'person')", name="known_source"),
    sqlite_autoincrement=True,
)

boxes = Table("boxes", MetaData(), *(_like(column) for column in laid_boxes.columns))
"""The layer as all but `strands` know it: a view that is read and written like a table. What is
written to it is not counted (`rowcount`)."""

track_summaries = Table(
    "track_summaries",
    metadata,
    Column(
        "track_id",
        Integer,
        ForeignKey("tracks.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("box_count", Integer, nullable=False),
    Column("score_sum", Float, nullable=False),
    Column("spans", LargeBinary, nullable=False),
)
"""Derived from `boxes`; a row that is missing is computed anew. `spans` is (S, 2) int32."""

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("allotted", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("superseded_by", Integer),
    Index("edits_by_state", "state", "id"),
    CheckConstraint("state IN ('applied', 'undone', 'superseded')", name="known_state"),
    sqlite_autoincrement=True,
)

edit_tracks = Table(
    "edit_tracks",
    metadata,
    Column("edit_id", Integer, ForeignKey("edits.id", ondelete="CASCADE"), primary_key=True),
    Column("track_id", Integer, primary_key=True),
    Column("first_frame", Integer),
    Column("last_frame", Integer),
    Index("edits_by_track", "track_id"),
    sqlite_with_rowid=False,
)
"""Which tracks an edit touched and where; no frames if it only changed the track itself."""

box_moves = Table(
    "box_moves",
    metadata,
    Column("edit_id", Integer, ForeignKey("edits.id", ondelete="CASCADE"), primary_key=True),
    Column("box_id", Integer, primary_key=True),
    Column("from_track_id", Integer, nullable=False),
    Column("to_track_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""A box that only changed its track: by far the commonest change, so stored in a few bytes."""


def _image_table(name: str, recorded: Table) -> Table:
    """Return the table that keeps rows of `recorded` as they were before and after an edit."""
    return Table(
        name,
        metadata,
        Column("edit_id", Integer, ForeignKey("edits.id", ondelete="CASCADE"), primary_key=True),
        Column("is_after", Boolean, primary_key=True),
        Column("id", Integer, primary_key=True),
        *(_like(column) for column in recorded.columns if column.name != "id"),
        sqlite_with_rowid=False,
    )


track_images = _image_table("track_images", tracks)
box_images = _image_table("box_images", boxes)

verified_stretches = Table(
    "verified_stretches",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column("track_id", Integer),
    Column("first_frame", Integer, nullable=False),
    Column("last_frame", Integer, nullable=False),
    Column("fingerprint_then", Text, nullable=False),
    Column("fingerprint_now", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("counts", Boolean, nullable=False, server_default=text("1")),
    Index("stretches_by_run", "run_id"),
    sqlite_autoincrement=True,
)
"""Frames that a person has found right, for all tracks or for one; see `verified`."""

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_key(),
    Column("kind", Text, nullable=False),
    Column("first_frame", Integer, nullable=False),
    Column("last_frame", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Index("suggestions_by_run", "run_id", "score"),
    sqlite_autoincrement=True,
)

review_answers = Table(
    "review_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("video_id", Integer, ForeignKey("videos.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("kind", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("frame_index", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("anchors", JSON, nullable=False),
    Column("features", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("title", Text, nullable=False, server_default=text("''")),
    Column("counts", Boolean, nullable=False, server_default=text("1")),
    Index("answers_by_video", "video_id"),
    sqlite_autoincrement=True,
)
"""What people said of suspicions. `anchors` lists [group, frame, x1, y1, x2, y2]: boxes that the
tracks concerned (the groups) went through, so that an answer outlives its run."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("video_id", Integer, ForeignKey("videos.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("after_edit_id", Integer, nullable=False),
    Index("verdicts_by_state", "state", "after_edit_id", "id"),
    CheckConstraint("state IN ('applied', 'undone', 'superseded')", name="known_state"),
    sqlite_autoincrement=True,
)
"""What people said without changing a track; `state` is as in `edits`, `after_edit_id` names the
newest edit that counted then, 0 for none."""

verdict_rows = Table(
    "verdict_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("verdict_id", Integer, ForeignKey("verdicts.id", ondelete="CASCADE"), nullable=False),
    Column("answer_id", Integer, ForeignKey("review_answers.id", ondelete="CASCADE")),
    Column("stretch_id", Integer, ForeignKey("verified_stretches.id", ondelete="CASCADE")),
    Column("is_given", Boolean, nullable=False),
    Index("rows_by_verdict", "verdict_id"),
    Index("rows_by_answer", "answer_id"),
    Index("rows_by_stretch", "stretch_id"),
)
"""The answer or the stretch that a verdict lets count (`is_given`), or count no longer."""

training_runs = Table(
    "training_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("base_model_id", Integer, ForeignKey("models.id")),
    Column("model_id", Integer, ForeignKey("models.id")),
    Column("config", JSON, nullable=False),
    Column("summary", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    sqlite_autoincrement=True,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("edit_id", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    sqlite_autoincrement=True,
)
"""Moments that a person named (Ctrl+S); `edit_id` is the newest applied edit then, 0 if none."""

state = Table(
    "state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    sqlite_with_rowid=False,
)
"""Small values that belong to the file: counters, the frame last looked at."""
