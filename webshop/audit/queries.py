"""Reading the audit trail."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.audit.models import AuditEvent


def history(session: Session, subject_kind: str, subject_id: object) -> Sequence[AuditEvent]:
    """Everything that happened to one record, oldest first. The caller has checked that the viewer sees the record."""
    return session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == subject_kind, AuditEvent.subject_id == str(subject_id))
        .order_by(AuditEvent.seq)
        .limit(500)
    ).all()
