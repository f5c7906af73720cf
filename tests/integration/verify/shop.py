"""A small shop in which something of everything has happened, and ways to break what the database protects."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.approved import approved_order, entries_of
from tests.factories import actor_of, make_contract, make_organisation, make_person
from tests.integration.checkout.town_hall import PROVIDER, TownHall, make_cart, make_town_hall, notebook
from webshop.accounts.models import Person
from webshop.approvals.models import ApprovalCase
from webshop.approvals.states import Outcome
from webshop.checkout import services as checkout
from webshop.core.actor import Role
from webshop.documents import services as documents
from webshop.documents.models import Document
from webshop.fulfilment import services as fulfilment
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.organisations.models import Organisation
from webshop.outbox import queue as outbox
from webshop.outbox.models import OutboxMail


@dataclass
class Shop:
    """One order of every fate."""

    hall: TownHall
    other: Organisation
    small: Order
    """Approved by rule: two lines, one from a framework contract; nothing worked yet."""
    done: Order
    """Completed by fulfilment."""
    waiting: Order
    granted: Order
    refused: Order
    entry: FulfilmentEntry
    document: Document
    mail: OutboxMail


def make_shop(session: Session, now: datetime) -> Shop:
    hall = make_town_hall(session, now, amount=Decimal("100000.00"), hard=True)
    cheap, framed, dear = notebook(session, "10.00"), notebook(session, "12.00"), notebook(session, "899.00")
    make_contract(session, {framed: "11.00"})
    small = approved_order(session, now, hall=hall, products=[cheap, framed])
    done = approved_order(session, now, hall=hall, products=[cheap])
    waiting, granted, refused = (_submitted(session, hall, dear, now, key) for key in ("w", "g", "r"))
    for order, outcome in ((granted, Outcome.GRANTED), (refused, Outcome.REFUSED)):
        checkout.decide(
            session,
            order,
            actor=hall.approver,
            now=now,
            provider=PROVIDER,
            outcome=outcome,
            comment="Begründung",
            content_hash=session.scalars(select(ApprovalCase.content_hash).where(ApprovalCase.subject_id == order.id)).one(),
        )
    worker = actor_of(session, make_person(session, Role.FULFILMENT))
    (entry,) = entries_of(session, done)
    claimed = fulfilment.claim_entry(session, entry.id, actor=worker, now=now)
    fulfilment.finish(session, entry.id, claimed.lease_token or "", result={"tracking": "1"}, actor=worker, now=now)
    document = documents.claim(session, worker="w")
    assert document is not None
    documents.store(session, document, document.lease_token or "", b"%PDF-1.7 letter", now=now)
    mail = outbox.claim(session, worker="w")
    assert mail is not None
    outbox.sent(session, mail, mail.lease_token or "", "250 OK", now=now)
    session.commit()
    session.expire_all()
    return Shop(hall, make_organisation(session, "Stadt Fremd"), small, done, waiting, granted, refused, entry, document, mail)


def _submitted(session: Session, hall: TownHall, product, now: datetime, key: str) -> Order:
    cart = make_cart(session, hall, [(product, 3)], now)
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    return checkout.submit(
        session,
        cart,
        actor=hall.buyer,
        now=now,
        provider=PROVIDER,
        checkout_key=key * 43,
        content_hash=shown.content_hash,
        cart_version=cart.version,
    )


def unprotect(session: Session) -> None:
    """Lift what the database itself refuses, until the test is rolled back."""
    if session.get_bind().dialect.name == "postgresql":
        ours = "connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND conrelid <> 0"
        rules = session.execute(text(f"SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE {ours}")).all()
        for name, table in rules:
            session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        for table in {table for _name, table in rules} | {"audit_event"}:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    session.execute(text("PRAGMA ignore_check_constraints = ON"))
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%no_%'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def buyer(session: Session, shop: Shop) -> Person:
    return session.get_one(Person, shop.hall.buyer.person_id)
