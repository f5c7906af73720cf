"""The queue table that other systems read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webshop.core.db import Base, enum_type
from webshop.core.leases import Leased
from webshop.fulfilment.states import EntryKind, EntryState


class FulfilmentEntry(Leased, Base):
    """One approved order line to be worked; `fulfilment_queue` is a stable interface."""

    __tablename__ = "fulfilment_queue"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "order_id"], ["orders.organisation_id", "orders.id"]),
        ForeignKeyConstraint(["organisation_id", "order_line_id"], ["order_lines.organisation_id", "order_lines.id"]),
        Index("ix_fulfilment_queue_claim", "state", "priority", "id"),
        Index("ix_fulfilment_queue_order", "order_id"),
    )

    organisation_id: Mapped[UUID]
    order_id: Mapped[UUID]
    order_number: Mapped[str] = mapped_column(String(20))
    order_line_id: Mapped[UUID] = mapped_column(unique=True)
    """Once per order line (R-10)."""
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind, "kind"))
    state: Mapped[EntryState] = mapped_column(enum_type(EntryState, "state"), default=EntryState.QUEUED)
    payload: Mapped[dict[str, Any]]
    """All that the warehouse or service desk needs, as it was approved."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    """What was reported at the end: tracking number, note."""
