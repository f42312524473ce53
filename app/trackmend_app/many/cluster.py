"""Hands videos to the workers of a Dask cluster: every one of them must see the same files.

The cluster decides who does what. A task that is handed out twice, because a worker was lost, finds
the receipt of the first time and does nothing.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.many.receipts import kept, read_receipt, settle
from trackmend_app.many.task import VideoOutcome, VideoTask, failed
from trackmend_app.many.worker import bug
from trackmend_app.many.workers import Watcher
from trackmend_core.errors import UserError

if TYPE_CHECKING:
    from trackmend_app.commands.tools import Tools

CONNECT_S = 10.0


def run_on_cluster(
    tasks: Sequence[VideoTask], *, request: TrackRequest, address: str, watcher: Watcher
) -> list[VideoOutcome]:
    """Do the tasks on the cluster of a scheduler and return their outcomes in the same order.

    Raises:
        UserError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise UserError(
            "--scheduler needs Dask, which is not installed.",
            'Install it here and on every worker: pip install "trackmend[cluster]".',
        ) from error
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(
            f"No Dask scheduler answers at {address}.",
            "Start one with `dask scheduler`, and workers with `dask worker`.",
        ) from error
    outcomes = [failed(task, "The cluster gave it up.") for task in tasks]
    with client, client.as_current():
        # The key holds what is to be done: a task that is still at work is not begun again.
        futures = {
            client.submit(
                do_task, task, request, key=f"trackmend-{task.name}-{task.key}", pure=False
            ): place
            for place, task in enumerate(tasks)
        }
        for number, task in enumerate(tasks):
            watcher.started(number, task)
        for future in as_completed(futures):  # type: ignore[no-untyped-call]
            place = futures[future]
            reason = future.exception()
            if reason is None:
                outcomes[place] = future.result()
            else:
                message = f"The cluster gave it up: {type(reason).__name__}: {reason}"
                outcomes[place] = failed(tasks[place], message)
            watcher.ended(place, outcomes[place])
    return outcomes


def do_task(task: VideoTask, request: TrackRequest) -> VideoOutcome:
    """Track one video in this process, unless that has been done; never raises."""
    from trackmend_app.many.work import track_task

    try:
        receipt = read_receipt(task.receipts, task.name)
        is_same = task.resume and receipt is not None and receipt.key == task.key
        if receipt is not None and is_same and settle(receipt, folder=task.receipts):
            return kept(receipt)
        job = track_task(task, _tools(request))
        while True:
            try:
                next(job)
            except StopIteration as end:
                outcome: VideoOutcome = end.value
                return outcome
    except UserError as error:
        return failed(task, " ".join(str(error).split()))
    except Exception as error:
        return bug(task, error)


@lru_cache(maxsize=1)
def _tools(request: TrackRequest) -> "Tools":
    """Return the tools of this process, loaded once; threads of a worker share them."""
    from trackmend_app.commands.tools import make_tools

    return make_tools(request)
