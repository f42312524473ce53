"""Keeps indexes in the cache folder, so that a video opens at once the second time."""

import json
import logging
import os
import tempfile
import zipfile
from pathlib import Path

import av
import numpy as np

from trackmend_core.video.index import VideoIndex
from trackmend_core.video.packets import PacketTable

_LAYOUT = 2
_log = logging.getLogger(__name__)


def stored_index(folder: Path, fingerprint: str) -> VideoIndex | None:
    """Return the index kept for a video; None if there is none that can be trusted."""
    path = _path(folder, fingerprint)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _unpack({name: arrays[name] for name in arrays.files}, fingerprint)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        _log.info("the stored index %s is rebuilt: %s", path.name, error)
        return None


def store_index(folder: Path, fingerprint: str, index: VideoIndex) -> None:
    """Keep an index; a folder that cannot be written only costs the time to index again."""
    part: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            part = Path(file.name)
            np.savez_compressed(file, allow_pickle=False, **_pack(index, fingerprint))
            file.flush()
            os.fsync(file.fileno())
        part.replace(_path(folder, fingerprint))
    except OSError as error:
        _log.info("the index of %s is not kept: %s", fingerprint, error)
        if part is not None:
            part.unlink(missing_ok=True)


def _path(folder: Path, fingerprint: str) -> Path:
    return folder / f"{fingerprint}.npz"


def _facts(fingerprint: str) -> dict[str, object]:
    """Return what must be unchanged for a stored index to hold."""
    versions = {name: list(version) for name, version in av.library_versions.items()}
    return {"layout": _LAYOUT, "fingerprint": fingerprint, "libraries": versions}


def _pack(
    index: VideoIndex, fingerprint: str
) -> dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"]:
    table = index.packets
    about = {
        "facts": _facts(fingerprint),
        "frame_rate": index.frame_rate,
        "width": index.width,
        "height": index.height,
        "quarter_turns": index.quarter_turns,
        "notices": list(index.notices),
    }
    return {
        "about": np.array(json.dumps(about)),
        "pts": table.pts,
        "dts": table.dts,
        "positions": table.positions,
        "sizes": table.sizes,
        "restarts": table.restarts,
        "discards": table.discards,
        "frame_packets": index.frame_packets,
        "times_s": index.times_s,
    }


def _unpack(
    arrays: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"], fingerprint: str
) -> VideoIndex:
    about = json.loads(str(arrays["about"]))
    if about["facts"] != _facts(fingerprint):
        raise ValueError("written by another version")
    table = PacketTable(
        pts=arrays["pts"].astype(np.int64),
        dts=arrays["dts"].astype(np.int64),
        positions=arrays["positions"].astype(np.int64),
        sizes=arrays["sizes"].astype(np.int64),
        restarts=arrays["restarts"].astype(np.bool_),
        discards=arrays["discards"].astype(np.bool_),
    )
    index = VideoIndex(
        packets=table,
        frame_packets=arrays["frame_packets"].astype(np.int64),
        times_s=arrays["times_s"].astype(np.float64),
        frame_rate=float(about["frame_rate"]),
        width=int(about["width"]),
        height=int(about["height"]),
        quarter_turns=int(about["quarter_turns"]),
        notices=tuple(str(notice) for notice in about["notices"]),
    )
    _check(index)
    return index


def _check(index: VideoIndex) -> None:
    count, frames = len(index.packets), index.frame_packets
    columns = (
        index.packets.dts,
        index.packets.positions,
        index.packets.sizes,
        index.packets.restarts,
        index.packets.discards,
    )
    sound = (
        all(column.shape == (count,) for column in columns)
        and len(frames) > 0
        and index.times_s.shape == frames.shape
        and len(np.unique(frames)) == len(frames)
        and 0 <= int(frames.min()) <= int(frames.max()) < count
        and bool(np.all(np.diff(index.times_s) >= 0))
        and index.frame_rate > 0
        and min(index.width, index.height) > 0
        and index.quarter_turns in range(4)
    )
    if not sound:
        raise ValueError("it contradicts itself")
