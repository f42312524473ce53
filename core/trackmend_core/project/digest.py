"""One short word for the state of all tracks and boxes, to the last bit."""

import hashlib

from sqlalchemy import Connection, select

from trackmend_core.project.schema import boxes, tracks

_CHUNK_ROWS = 20000


def layer_digest(connection: Connection) -> str:
    """Return the SHA-256 of every column of every track and box, ordered by id.

    `repr` of a float64 is exact, so two layers with the same digest are the same.
    """
    digest = hashlib.sha256()
    for table in (tracks, boxes):
        digest.update(table.name.encode())
        rows = connection.execution_options(yield_per=_CHUNK_ROWS).execute(
            select(table).order_by(table.c.id)
        )
        for chunk in rows.partitions():
            digest.update(repr([tuple(row) for row in chunk]).encode())
    return digest.hexdigest()
