"""Guessing is slow (S-14): tries are counted per account and per source, and the pause grows.

- One account from one source: five tries, then pauses of 5, 10, 20 … seconds, at most a quarter of an hour.
- One account from anywhere: thirty tries, then the same pauses. Nothing is locked for good, and a reset link always opens.
- One source: two hundred tries in a quarter of an hour. A town hall behind one address does not reach that, and one guessed
  account there uses up five of them.

A try is written down before the password is looked at, so that many at once do not slip through; a good one takes it back.
Accounts and sources are kept as keyed hashes only.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webshop.accounts.errors import TooManyTries
from webshop.accounts.models import FailedSignIn
from webshop.core.i18n import N_

WINDOW = timedelta(hours=1)
SOURCE_WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
FREE_TRIES = 5
FREE_TRIES_ANYWHERE = 30
SOURCE_LIMIT = 200
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 900


def pause_after(tries: int, free: int) -> timedelta:
    """How long the next try must wait after so many."""
    if tries < free:
        return timedelta(0)
    return timedelta(seconds=min(FIRST_PAUSE_S * 2 ** min(tries - free, 20), LONGEST_PAUSE_S))


def begin_try(session: Session, *, account: str, source: str, now: datetime) -> None:
    """Write a try down, before anything is compared; TooManyTries where it comes too soon, and then nothing is written."""
    tries = session.execute(
        select(FailedSignIn.source_hash, func.count(), func.max(FailedSignIn.at))
        .where(FailedSignIn.account_hash == account, FailedSignIn.at > now - WINDOW)
        .group_by(FailedSignIn.source_hash)
    ).all()
    waits = [at + pause_after(count, FREE_TRIES) for key, count, at in tries if key == source]
    if tries:
        waits.append(max(at for _, _, at in tries) + pause_after(sum(count for _, count, _ in tries), FREE_TRIES_ANYWHERE))
    waits.append(_source_free_at(session, source, now))
    if (until := max(waits)) > now:
        seconds = int((until - now).total_seconds()) + 1
        raise TooManyTries(
            N_("Zu viele Versuche. Warten Sie %(wait)s Sekunden und versuchen Sie es dann noch einmal."),
            retry_after=seconds,
            field="password",
            wait=seconds,
        )
    session.add(FailedSignIn(account_hash=account, source_hash=source, at=now))
    session.flush()


def forgive(session: Session, *, account: str, source: str | None = None) -> None:
    """The person proved who they are: forget the tries, those from one source or all."""
    statement = delete(FailedSignIn).where(FailedSignIn.account_hash == account)
    if source is not None:
        statement = statement.where(FailedSignIn.source_hash == source)
    session.execute(statement.execution_options(synchronize_session=False))


def _source_free_at(session: Session, source: str, now: datetime) -> datetime:
    count, first = session.execute(
        select(func.count(), func.min(FailedSignIn.at)).where(
            FailedSignIn.source_hash == source, FailedSignIn.at > now - SOURCE_WINDOW
        )
    ).one()
    return first + SOURCE_WINDOW if count >= SOURCE_LIMIT else now
