"""Work that one worker at a time does: claimed with a lease, finished by its holder, coming back by itself.

A claim is one conditional UPDATE (on PostgreSQL with SKIP LOCKED; SQLite is inside BEGIN IMMEDIATE), oldest first
within a priority (R-11). Only the holder of the lease token finishes (R-12); an expired lease may be claimed anew, so
no janitor is needed (R-13); after `max_attempts` the row is parked for people (R-14).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from webshop.core.db import Serial, db_now
from webshop.core.errors import Conflict
from webshop.core.i18n import N_

MAX_ATTEMPTS = 8
FIRST_PAUSE_S = 15
LONGEST_PAUSE_S = 3600


class LeaseLost(Conflict):
    """The lease ran out and somebody else has the row; the work is thrown away."""


class Leased:
    """Columns of a row that workers claim. `id` rises with age."""

    id: Mapped[Serial]
    if TYPE_CHECKING:
        state: Mapped[Any]  # each table has its own enum
    priority: Mapped[int] = mapped_column(default=5)
    """1 is most urgent, 9 least."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(43))
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(120))
    last_error: Mapped[str | None]


L = TypeVar("L", bound=Leased)


def claimable(model: type[Leased], states: Sequence[Any]) -> ColumnElement[bool]:
    """Rows in one of the states that nobody holds now and whose pause is over."""
    return (
        model.state.in_(states)
        & or_(model.lease_until.is_(None), model.lease_until < db_now())
        & or_(model.not_before.is_(None), model.not_before <= db_now())
    )


def waiting(
    session: Session, model: type[Leased], *, states: Sequence[Any], where: Sequence[ColumnElement[bool]] = ()
) -> bool:
    """True if there is something to claim: a look that takes no lock, for workers that have nothing to do (R-23)."""
    return session.scalar(select(model.id).where(claimable(model, states), *where).limit(1)) is not None


def claim(
    session: Session,
    model: type[L],
    *,
    states: Sequence[Any],
    worker: str,
    seconds: int,
    where: Sequence[ColumnElement[bool]] = (),
    becomes: Any = None,
) -> L | None:
    """Take the oldest claimable row for `seconds`, or None; the caller commits. `becomes` is its state meanwhile."""
    candidate = (
        select(model.id)
        .where(claimable(model, states), *where)
        .order_by(model.priority, model.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    values: dict[str, Any] = {
        "lease_token": secrets.token_urlsafe(32),
        "lease_until": db_now(seconds),
        "claimed_by": worker[:120],
        "attempts": model.attempts + 1,
    }
    if becomes is not None:
        values["state"] = becomes
    statement = update(model).where(model.id == candidate).values(**values).returning(model.id)
    row_id = session.scalar(statement.execution_options(synchronize_session=False))
    return None if row_id is None else session.get(model, row_id, populate_existing=True)


def renew(session: Session, model: type[Leased], row_id: int, token: str, *, seconds: int) -> None:
    """Hold the row longer; LeaseLost where it is no longer ours."""
    _as_holder(session, model, row_id, token, {"lease_until": db_now(seconds)})


def finish(session: Session, model: type[Leased], row_id: int, token: str, *, state: Any, **values: Any) -> None:
    """Complete the row in the transaction of its effect; LeaseLost where the lease ran out (R-12)."""
    _as_holder(session, model, row_id, token, {"state": state, **_free(), "last_error": None, **values})


def release(session: Session, model: type[Leased], row_id: int, token: str, *, state: Any) -> None:
    """Give the row back as it was found: the attempt does not count (R-27)."""
    _as_holder(session, model, row_id, token, {"state": state, **_free(), "claimed_by": None, "attempts": model.attempts - 1})


def fail(
    session: Session,
    model: type[Leased],
    row: Leased,
    token: str,
    *,
    error: str,
    retry: Any,
    parked: Any,
    now: datetime,
    final: bool = False,
    max_attempts: int = MAX_ATTEMPTS,
) -> Any:
    """Record the error; come back after a growing pause with jitter, or park after `max_attempts` (R-14).

    Returns the state the row went to.
    """
    state = parked if final or row.attempts >= max_attempts else retry
    pause = None if state == parked else now + backoff(row.attempts)
    values = {"state": state, **_free(), "not_before": pause, "last_error": error[:2000]}
    _as_holder(session, model, row.id, token, values)
    return state


def backoff(attempts: int) -> timedelta:
    """The pause after so many attempts: doubling, at most an hour, plus up to a quarter at random."""
    seconds = min(FIRST_PAUSE_S * 2 ** max(attempts - 1, 0), LONGEST_PAUSE_S)
    return timedelta(seconds=seconds * (1 + SystemRandom().random() / 4))


def _free() -> dict[str, Any]:
    return {"lease_token": None, "lease_until": None}


def _as_holder(session: Session, model: type[Leased], row_id: int, token: str, values: dict[str, Any]) -> None:
    statement = (
        update(model)
        .where(model.id == row_id, model.lease_token == token, model.lease_until >= db_now())
        .values(**values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(statement) is None:
        raise LeaseLost(N_("Dieser Eintrag wurde inzwischen von jemand anderem übernommen."))
