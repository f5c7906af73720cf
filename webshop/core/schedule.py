"""Timed work runs once per period, however many workers there are (R-33)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from webshop.core.db import Base, upsert


class ScheduledRun(Base):
    """A job that has been started for a period; the row is inserted first."""

    __tablename__ = "scheduled_runs"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    started_at: Mapped[datetime]


def begin_once(session: Session, job: str, period: str, *, now: datetime) -> bool:
    """True for the one caller that may run the job in this period."""
    statement = (
        upsert(session, ScheduledRun)
        .values(job=job, period=period, started_at=now)
        .on_conflict_do_nothing()
        .returning(ScheduledRun.job)
    )
    return session.scalar(statement) is not None
