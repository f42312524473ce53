"""Decides what is still to be done, and under which names results go."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from trackmend_app.many.receipts import (
    FOLDER,
    Receipt,
    forget_scratch,
    kept,
    read_receipts,
    set_aside,
    settle,
)
from trackmend_app.many.task import VideoOutcome, VideoTask
from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """The queue of one command.

    Attributes:
        tasks: what is to be done, in the order of the videos.
        kept: outcomes of videos that were finished before, by their place in the queue.
        order: the place in the queue of each task.
        notes: what the user should know, one sentence each.
    """

    tasks: tuple[VideoTask, ...]
    order: tuple[int, ...]
    kept: dict[int, VideoOutcome]
    notes: tuple[str, ...]


def receipts_folder(out: Path | None, projects: Path | None) -> Path:
    """Return where the receipts of a queue lie, made if need be.

    Raises:
        UserError: a folder cannot be made.
    """
    folders = [folder.expanduser().absolute() for folder in (out, projects) if folder is not None]
    for folder in folders:
        try:
            (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return folders[0] / FOLDER


def plan_queue(
    videos: Sequence[Path],
    *,
    out: Path | None,
    projects: Path | None,
    key_of: Callable[[Path], str],
    resume: bool,
) -> QueuePlan:
    """Match videos with what earlier runs left, and name the results of the rest.

    A video keeps the name that its results had, so that a folder to which videos were added since
    does not lead to other names.

    Args:
        videos: each once.
        out: folder for texts.
        projects: folder for projects, one a video.
        key_of: see `queue_key`.
        resume: whether what is finished counts.

    Raises:
        UserError: a folder cannot be made.
    """
    folder = receipts_folder(out, projects)
    keys = [_key(video, key_of) for video in videos]
    receipts = read_receipts(folder)
    finished = {receipt.name for receipt in receipts if settle(receipt, folder=folder)}
    forget_scratch(folder)
    if not resume:
        receipts, finished = [], set()
    matched = _match(videos, keys, receipts, finished)
    names = _names(videos, matched, taken=finished)
    tasks, order, done, notes = [], [], {}, []
    for place, (video, key, receipt, name) in enumerate(
        zip(videos, keys, matched, names, strict=True)
    ):
        if receipt is not None and receipt.key == key and receipt.name in finished:
            done[place] = kept(receipt)
            continue
        text_file = None if out is None else out.expanduser().absolute() / f"{name}.txt"
        if resume and receipt is not None and receipt.key == key and text_file is not None:
            aside = set_aside(text_file)
            notes += [] if aside is None else [_changed(text_file, aside)]
        order.append(place)
        tasks.append(
            VideoTask(
                video=video.absolute(),
                name=name,
                key=key,
                receipts=folder,
                text_file=text_file,
                project=(
                    None
                    if projects is None
                    else projects.expanduser().absolute() / f"{name}{PROJECT_SUFFIX}"
                ),
                resume=resume,
            )
        )
    return QueuePlan(tasks=tuple(tasks), order=tuple(order), kept=done, notes=tuple(notes))


def _key(video: Path, key_of: Callable[[Path], str]) -> str | None:
    try:
        return key_of(video)
    except UserError:  # the worker says what is wrong with it
        return None


def _match(
    videos: Sequence[Path],
    keys: Sequence[str | None],
    receipts: Iterable[Receipt],
    finished: set[str],
) -> list[Receipt | None]:
    """Give each video its receipt: of this place and content, else content, else place."""
    free = {receipt.name: receipt for receipt in receipts}
    matched: list[Receipt | None] = [None] * len(videos)
    rules: list[Callable[[Receipt, str, str | None], bool]] = [
        lambda receipt, video, key: receipt.video == video and receipt.key == key,
        lambda receipt, _, key: receipt.key == key and receipt.name in finished,
        lambda receipt, video, _: receipt.video == video,
    ]
    for rule in rules:
        for place, (video, key) in enumerate(zip(videos, keys, strict=True)):
            if matched[place] is not None:
                continue
            path = str(video.absolute())
            found = next((one for one in free.values() if rule(one, path, key)), None)
            if found is not None:
                matched[place] = free.pop(found.name)
    return matched


def _names(
    videos: Sequence[Path], matched: Sequence[Receipt | None], *, taken: set[str]
) -> list[str]:
    """Return a name for the results of each video; no two differ in case only."""
    used = {name.casefold() for name in taken}
    used |= {receipt.name.casefold() for receipt in matched if receipt is not None}
    names = []
    for video, receipt in zip(videos, matched, strict=True):
        if receipt is not None:
            names.append(receipt.name)
            continue
        name = next(name for name in _candidates(video) if name.casefold() not in used)
        used.add(name.casefold())
        names.append(name)
    return names


def _candidates(video: Path) -> Iterator[str]:
    path = video.absolute()
    path = path.parent if path.name == "img1" and path.is_dir() else path
    stem = path.name if path.is_dir() else path.stem
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"


def _changed(text_file: Path, aside: Path) -> str:
    return f"{text_file.name} was changed or cut short since; it is kept as {aside.name}."
