"""What `trackmend track` was asked for; plain values that any process may be given."""

from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRequest:
    """What was asked for; see `trackmend track --help`."""

    videos: tuple[Path, ...]
    model: Path | None = None
    backend: str = "auto"
    device: str = "auto"
    precision: str = "float32"
    out: Path | None = None
    project: Path | None = None
    score_threshold: float | None = None
    input_wh: tuple[int, int] | None = None
    sampler: str | None = None
    tracker: str = "default"
    changes: tuple[tuple[str, str], ...] = ()
    as_json: bool = False
    detections: Path | None = None
    embeddings: bool = True
    jobs: int = 1
    resume: bool = False
    scheduler: str | None = None

    @property
    def needs_model(self) -> bool:
        """Return whether a network has to look at the frames."""
        return self.detections is None or self.embeddings

    def deciding(self) -> dict[str, object]:
        """Return what decides the result: not where it goes, nor who computes it."""
        values = asdict(self)
        for name in ("videos", "model", "out", "project", "as_json", "detections"):
            del values[name]
        for name in ("jobs", "resume", "scheduler"):
            del values[name]
        return values
