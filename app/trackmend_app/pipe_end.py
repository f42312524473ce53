"""A worker process's end of its pipe: whoever sits at the other one may be gone at any time."""

from multiprocessing.connection import Connection
from typing import Any


class LeftAlone(Exception):  # noqa: N818 - it ends the work, it is no error
    """The other end wants no more, or is gone."""


def tell(connection: Connection, message: object) -> None:
    """Send a message.

    Raises:
        LeftAlone: nobody is there to read it.
    """
    try:
        connection.send(message)
    except OSError as error:
        raise LeftAlone from error


def hear(connection: Connection) -> Any:
    """Wait for the next message; Any, because the pipe carries whatever was put into it.

    Raises:
        LeftAlone: nobody is there to send one.
    """
    try:
        return connection.recv()
    except (OSError, EOFError) as error:
        raise LeftAlone from error


def look_up(connection: Connection) -> None:
    """Stop in the middle of work if something was said meanwhile: it can only be that it is enough.

    Raises:
        LeftAlone: something was said, or nobody is there any more.
    """
    try:
        said = connection.poll()
    except OSError as error:
        raise LeftAlone from error
    if said:
        raise LeftAlone
