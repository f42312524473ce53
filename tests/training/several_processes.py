"""Processes that learn together, each begun as a copy of one that has everything imported."""

import multiprocessing
import socket
from collections.abc import Callable

import torch


def learn_together(work: Callable[..., None], args: tuple[object, ...], *, count: int) -> None:
    """Run `work(rank, *args)` in `count` processes of their own and wait for all.

    Raises:
        Exception: what one of them raised.
    """
    method = "spawn"  # each would import torch and the trainer for itself, for seconds
    if "forkserver" in multiprocessing.get_all_start_methods():
        method = "forkserver"
        multiprocessing.set_forkserver_preload(["trackmend_training.trainer"])
    torch.multiprocessing.start_processes(work, args, nprocs=count, start_method=method)


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
