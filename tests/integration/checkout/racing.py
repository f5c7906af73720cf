"""Running a unit of work many times at one instant, each in its own thread, session and transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webshop.core.db import is_conflict

TRIES = 20


def race(database: Any, works: Sequence[Callable[[Session], Any]]) -> list[Any]:
    """Start all at once; returns each one's result or the error it raised. Conflicts are repeated, as the web does."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], Any]) -> Any:
        barrier.wait(timeout=30)
        for attempt in range(1, TRIES + 1):
            with database.session() as session:
                try:
                    result = work(session)
                    session.commit()
                except DBAPIError as error:
                    session.rollback()
                    if not is_conflict(error) or attempt == TRIES:
                        return error
                except Exception as error:
                    session.rollback()
                    return error
                else:
                    return result
        raise AssertionError("unreachable")

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def kinds(results: Sequence[Any]) -> Counter[str]:
    """How many of which type came back."""
    return Counter(type(result).__name__ for result in results)
