"""What is kept: numbers without gaps, documents to the byte, the audit trail, tenants, leases."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, literal, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from webshop.audit.models import AuditEvent
from webshop.audit.services import chain
from webshop.core.numbers import NumberSeries
from webshop.documents.models import Document, DocumentState, fingerprint
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order
from webshop.orders.states import OrderState
from webshop.outbox.models import MailState, OutboxAttachment, OutboxMail
from webshop.verification.rules import rule, same_id

STEP = 1000
NUMBERED: tuple[tuple[str, InstrumentedAttribute[Any]], ...] = (("BE", Order.number), ("AB", Order.confirmation_number))
"""Series and the column that its numbers stand in."""


@rule("numbers", "Jede Nummernfolge ist lückenlos und endet, wo ihr Zähler steht.", NumberSeries)
def numbers_without_gaps(session: Session) -> Iterator[str]:
    """R-17: per series and year 1 to n."""
    last = {(row.series, row.year): row.last for row in session.scalars(select(NumberSeries))}
    known = {series for series, _column in NUMBERED}
    for series, column in NUMBERED:
        numbers = session.scalars(select(column).where(column.is_not(None)).order_by(column).execution_options(yield_per=STEP))
        for year, group in groupby(numbers, key=lambda number: int(number.split("-")[1])):
            expected = 0
            for number in sorted(group, key=_position):
                expected += 1
                while expected < _position(number):
                    yield f"{series}-{year}-{expected:05d} fehlt"
                    expected += 1
            if last.pop((series, year), 0) != expected:
                yield f"Zähler {series} {year} steht nicht auf {expected}"
    for (series, year), count in last.items():
        if series in known and count:
            yield f"{series}-{year}: {count} Nummern vergeben, keine vorhanden"


def _position(number: str) -> int:
    return int(number.rsplit("-", 1)[1])


@rule(
    "documents",
    "Jedes gespeicherte Dokument stimmt Byte für Byte mit seinem SHA-256 überein.",
    select(Document.id).where(Document.state == DocumentState.STORED),
)
def documents_are_whole(session: Session) -> Iterator[str]:
    """P-2: what was sent is what is kept."""
    columns = (Document.number, Document.sha256, Document.size, Document.content)
    stored = select(*columns).where(Document.state == DocumentState.STORED).order_by(Document.id)
    for number, sha256, size, content in session.execute(stored.execution_options(yield_per=10)):
        if content is None or fingerprint(content) != sha256 or len(content) != size:
            yield f"Dokument {number}"


@rule("audit-chain", "Das Protokoll ist eine ungebrochene Kette.", AuditEvent)
def audit_chain(session: Session) -> Iterator[str]:
    """P-3: no event altered, removed or moved."""
    for seq, problem in chain(session):
        yield f"Protokolleintrag {seq}: {problem}"


@rule("events", "Jeder Stand hat seinen Protokolleintrag: Bestellungen, Aufträge, Dokumente, E-Mails.", select(Order.id))
def states_have_events(session: Session) -> Iterator[str]:
    """Rule 6 of the domain: who, when, why."""

    def event(kind: str, action: Any, id: InstrumentedAttribute[Any]) -> Any:
        return exists().where(AuditEvent.subject_kind == kind, AuditEvent.action == action, same_id(AuditEvent.subject_id, id))

    for state in OrderState:
        statement = select(Order.number).where(Order.state == state, ~event("order", f"order.{state}", Order.id))
        for number in session.scalars(statement):
            yield f"Bestellung {number}: kein Eintrag für {state}"
    for number in session.scalars(select(Order.number).where(~event("order", "order.submitted", Order.id))):
        yield f"Bestellung {number}: kein Eintrag für das Einreichen"
    for worked in (EntryState.CLAIMED, EntryState.DONE, EntryState.FAILED, EntryState.CANCELLED):
        done = event("fulfilment", f"fulfilment.{worked}", FulfilmentEntry.id)
        for id in session.scalars(select(FulfilmentEntry.id).where(FulfilmentEntry.state == worked, ~done)):
            yield f"Auftrag {id}: kein Eintrag für {worked}"
    for stored in (DocumentState.STORED, DocumentState.FAILED):
        kept = event("document", f"document.{stored}", Document.id)
        for number in session.scalars(select(Document.number).where(Document.state == stored, ~kept)):
            yield f"Dokument {number}: kein Eintrag für {stored}"
    for sent in (MailState.SENT, MailState.FAILED):
        gone = event("mail", f"mail.{sent}", OutboxMail.id)
        for id in session.scalars(select(OutboxMail.id).where(OutboxMail.state == sent, ~gone)):
            yield f"E-Mail {id}: kein Eintrag für {sent}"


@rule("mails", "Keine E-Mail ging ohne ihre Anlagen hinaus, und jede verschickte trägt die Antwort des Mailservers.", OutboxMail)
def mails_are_whole(session: Session) -> Iterator[str]:
    """R-15."""
    missing = exists().where(
        OutboxAttachment.mail_id == OutboxMail.id,
        Document.id == OutboxAttachment.document_id,
        Document.state != DocumentState.STORED,
    )
    wrong = and_(
        OutboxMail.state == MailState.SENT, or_(missing, OutboxMail.server_answer.is_(None), OutboxMail.sent_at.is_(None))
    )
    for id in session.scalars(select(OutboxMail.id).where(wrong)):
        yield f"E-Mail {id}"


@rule("tenants", "Dokumente, E-Mails und Aufträge gehören der Organisation, der ihre Bestellung gehört.", FulfilmentEntry)
def tenants_are_apart(session: Session) -> Iterator[str]:
    """S-2."""
    entries = (
        select(FulfilmentEntry.id)
        .join(Order, Order.id == FulfilmentEntry.order_id)
        .where(or_(FulfilmentEntry.organisation_id != Order.organisation_id, FulfilmentEntry.order_number != Order.number))
    )
    for id in session.scalars(entries):
        yield f"Auftrag {id}"
    documents = (
        select(Document.number)
        .join(Order, same_id(Document.subject_id, Order.id))
        .where(Document.subject_kind == "order", Document.organisation_id != Order.organisation_id)
    )
    for number in session.scalars(documents):
        yield f"Dokument {number}"
    mails = (
        select(OutboxMail.id)
        .join(OutboxAttachment, OutboxAttachment.mail_id == OutboxMail.id)
        .join(Document, Document.id == OutboxAttachment.document_id)
        .where(or_(OutboxMail.organisation_id.is_(None), OutboxMail.organisation_id != Document.organisation_id))
    )
    for id in session.scalars(mails):
        yield f"E-Mail {id}: Anlage einer anderen Organisation"


@rule("leases", "Was erledigt oder angehalten ist, ist niemandem mehr zugeteilt; was in Arbeit ist, ist es.", FulfilmentEntry)
def leases_are_tidy(session: Session) -> Iterator[str]:
    """R-12: finishing and letting go are one step."""
    free = (EntryState.QUEUED, EntryState.DONE, EntryState.FAILED, EntryState.CANCELLED)
    lines: tuple[tuple[str, Any, Any], ...] = (
        ("Auftrag", FulfilmentEntry, FulfilmentEntry.state.in_(free)),
        ("Dokument", Document, Document.state != DocumentState.PROMISED),
        ("E-Mail", OutboxMail, OutboxMail.state != MailState.QUEUED),
    )
    for words, row, done in lines:
        for id in session.scalars(select(row.id).where(done, row.lease_token.is_not(None))):
            yield f"{words} {id}"
    lost = select(FulfilmentEntry.id).where(FulfilmentEntry.state == EntryState.CLAIMED, FulfilmentEntry.lease_token.is_(None))
    for id in session.scalars(lost):
        yield f"Auftrag {id}: in Arbeit, aber niemandem zugeteilt"


@rule("database", "Die Datenbank selbst ist unversehrt.", select(literal(1)))
def database_is_whole(session: Session) -> Iterator[str]:
    """SQLite's own check of file and references; PostgreSQL enforces both by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (words,) in session.execute(text("PRAGMA quick_check")):
        if words != "ok":
            yield f"SQLite: {words}"
    for table, row, parent, _key in session.execute(text("PRAGMA foreign_key_check")):
        yield f"Tabelle {table}, Zeile {row}: verweist ins Leere ({parent})"


RULES = (
    numbers_without_gaps,
    documents_are_whole,
    audit_chain,
    states_have_events,
    mails_are_whole,
    tenants_are_apart,
    leases_are_tidy,
    database_is_whole,
)
