"""R-34: for each rule, something breaks it by SQL, and `webshop verify` names the record."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, text, update

from tests.integration.cli.calling import call
from tests.integration.verify.shop import make_shop, unprotect
from webshop.approvals.models import ApprovalCase, ApprovalDecision, ApprovalStep
from webshop.approvals.states import CaseState, Outcome, StepState
from webshop.audit.models import AuditEvent
from webshop.cart.models import Cart, CartState
from webshop.catalog.contract_models import ContractReservation, FrameworkContract
from webshop.catalog.models import ReservationState, Stock, StockReservation
from webshop.core.db import Base
from webshop.core.numbers import NumberSeries
from webshop.documents.models import Document
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order, OrderLine, OrderLineDelivery, OrderLineShare
from webshop.orders.states import OrderState
from webshop.organisations.models import Budget, Commitment, CommitmentState
from webshop.outbox.models import OutboxAttachment, OutboxMail
from webshop.verify import RULES


def of(order):
    return Order.id == order.id


def line_of(order):
    return OrderLine.order_id == order.id


def shares_of(order):
    return OrderLineShare.line_id.in_(select(OrderLine.id).where(line_of(order)))


def deliveries_of(order):
    return OrderLineDelivery.line_id.in_(select(OrderLine.id).where(line_of(order)))


def case_of(order):
    return ApprovalCase.subject_id == order.id


def steps_of(order):
    return ApprovalStep.case_id.in_(select(ApprovalCase.id).where(case_of(order)))


def decisions_of(order):
    return ApprovalDecision.case_id.in_(select(ApprovalCase.id).where(case_of(order)))


BREAKS = [
    # rule, what happens, the record that must be named
    ("one-cart-one-order", lambda s: update(Cart).where(Cart.id == s.small.cart_id).values(state=CartState.OPEN), "small"),
    ("one-cart-one-order", lambda s: update(Order).where(of(s.small)).values(cart_id=uuid4()), "Warenkorb"),
    ("queue-entries", lambda s: delete(FulfilmentEntry).where(FulfilmentEntry.order_id == s.small.id), "small"),
    ("no-entry-without-approval", lambda s: update(Order).where(of(s.granted)).values(state=OrderState.SUBMITTED), "granted"),
    ("no-entry-without-approval", lambda s: update(Order).where(of(s.granted)).values(state=OrderState.CANCELLED), "granted"),
    ("completion", lambda s: update(Order).where(of(s.done)).values(state=OrderState.APPROVED), "done"),
    ("completion", lambda s: update(Order).where(of(s.small)).values(state=OrderState.COMPLETED), "small"),
    ("confirmations", lambda s: delete(Document).where(Document.number == s.granted.confirmation_number), "granted"),
    ("confirmations", lambda s: update(Order).where(of(s.waiting)).values(confirmation_number="AB-2026-99999"), "waiting"),
    ("confirmation-mails", lambda s: delete(OutboxAttachment), "Auftragsbestätigung AB-2026-00001"),
    ("bound-funds", lambda s: delete(Commitment).where(Commitment.reference == s.waiting.number), "waiting"),
    ("order-totals", lambda s: update(Order).where(of(s.small)).values(gross_once=Order.gross_once + Decimal("0.01")), "small"),
    ("order-totals", lambda s: update(Order).where(of(s.small)).values(net_monthly=Decimal("1.00")), "small"),
    ("order-totals", lambda s: delete(OrderLine).where(line_of(s.waiting)), "waiting"),
    ("line-nets", lambda s: update(OrderLine).where(line_of(s.small)).values(quantity=OrderLine.quantity + 1), "small"),
    ("line-nets", lambda s: update(OrderLine).where(line_of(s.small)).values(monthly_net=Decimal("5.00")), "small"),
    ("order-value", lambda s: update(Order).where(of(s.small)).values(value_net=Decimal("1.00")), "small"),
    ("shares", lambda s: update(OrderLineShare).where(shares_of(s.small)).values(net=Decimal("1.00")), "small"),
    ("shares", lambda s: delete(OrderLineShare).where(shares_of(s.small)), "small"),
    ("deliveries", lambda s: update(OrderLineDelivery).where(deliveries_of(s.small)).values(quantity=7), "small"),
    ("deliveries", lambda s: delete(OrderLineDelivery).where(deliveries_of(s.small)), "small"),
    ("stock", lambda s: update(Stock).values(available=Stock.available + 1), "Artikel AR-"),
    ("stock", lambda s: update(Stock).values(available=-1), "Artikel AR-"),
    ("reservations", lambda s: update(StockReservation).values(state=ReservationState.RELEASED), "small"),
    ("reservations", lambda s: update(StockReservation).values(state=ReservationState.HELD), "refused"),
    ("reservations", lambda s: update(ContractReservation).values(state=ReservationState.RELEASED), "small"),
    ("in-stock", lambda s: update(OrderLine).where(line_of(s.small)).values(in_stock=9), "small"),
    ("contracts", lambda s: update(FrameworkContract).values(used_value=Decimal("1.00")), "Rahmenvertrag RV-"),
    ("contracts", lambda s: update(FrameworkContract).values(max_value=Decimal("0.00")), "Rahmenvertrag RV-"),
    ("call-offs", lambda s: delete(ContractReservation), "small"),
    ("call-offs", lambda s: update(ContractReservation).values(value=Decimal("1.00")), "small"),
    ("budgets", lambda s: update(Budget).values(reserved=Decimal("1.00")), "Kostenstelle KST"),
    ("budgets", lambda s: update(Budget).values(amount=Decimal("1.00")), "Kostenstelle KST"),
    (
        "commitments",
        lambda s: update(Commitment).where(Commitment.reference == s.done.number).values(state=CommitmentState.RESERVED),
        "done",
    ),
    (
        "four-eyes",
        lambda s: update(ApprovalDecision).where(decisions_of(s.granted)).values(person_id=s.hall.buyer.person_id),
        "granted",
    ),
    ("steps", lambda s: update(ApprovalStep).where(steps_of(s.granted)).values(decision_id=None), "granted"),
    ("steps", lambda s: update(ApprovalDecision).where(decisions_of(s.granted)).values(outcome=Outcome.REFUSED), "granted"),
    ("cases", lambda s: update(ApprovalStep).where(steps_of(s.granted)).values(state=StepState.OPEN), "granted"),
    ("cases", lambda s: update(ApprovalCase).where(case_of(s.waiting)).values(state=CaseState.GRANTED), "waiting"),
    ("orders-follow-cases", lambda s: update(ApprovalCase).where(case_of(s.granted)).values(state=CaseState.OPEN), "granted"),
    ("orders-follow-cases", lambda s: delete(ApprovalCase).where(case_of(s.waiting)), "waiting"),
    ("decided-content", lambda s: update(OrderLine).where(line_of(s.granted)).values(note="heimlich geändert"), "granted"),
    (
        "decided-content",
        lambda s: update(ApprovalDecision).where(decisions_of(s.granted)).values(content_hash="0" * 64),
        "granted",
    ),
    ("numbers", lambda s: update(Order).where(of(s.small)).values(number="BE-2026-00099"), "BE-2026-00006 fehlt"),
    ("numbers", lambda s: update(NumberSeries).where(NumberSeries.series == "AB").values(last=99), "Zähler AB 2026"),
    ("documents", lambda s: update(Document).where(Document.id == s.document.id).values(content=b"%PDF forged"), "Dokument AB-"),
    ("audit-chain", lambda s: update(AuditEvent).where(AuditEvent.seq == 2).values(reason="anders"), "Protokolleintrag 2"),
    ("audit-chain", lambda s: delete(AuditEvent).where(AuditEvent.seq == 2), "Protokolleintrag 3"),
    ("events", lambda s: delete(AuditEvent).where(AuditEvent.action == "order.refused"), "refused"),
    ("events", lambda s: delete(AuditEvent).where(AuditEvent.action == "fulfilment.done"), "Auftrag"),
    ("events", lambda s: delete(AuditEvent).where(AuditEvent.action == "document.stored"), "Dokument AB-"),
    ("events", lambda s: delete(AuditEvent).where(AuditEvent.action == "mail.sent"), "E-Mail"),
    ("events", lambda s: delete(AuditEvent).where(AuditEvent.action == "order.submitted"), "waiting"),
    ("mails", lambda s: update(OutboxMail).values(state="sent"), "E-Mail"),
    ("tenants", lambda s: update(FulfilmentEntry).values(organisation_id=s.other.id), "Auftrag"),
    ("tenants", lambda s: update(Document).values(organisation_id=s.other.id), "Dokument AB-"),
    ("tenants", lambda s: update(OutboxMail).values(organisation_id=s.other.id), "E-Mail"),
    ("leases", lambda s: update(FulfilmentEntry).where(FulfilmentEntry.id == s.entry.id).values(lease_token="x"), "Auftrag"),
    ("leases", lambda s: update(FulfilmentEntry).values(state=EntryState.CLAIMED), "Auftrag"),
]


@pytest.fixture(scope="module")
def database(run, engine_kind):
    database = run.database(engine_kind)
    yield database
    database.close()


@pytest.fixture(scope="module")
def shop(database):
    with database.session() as session:
        made = make_shop(session, datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
        for record in vars(made).values():
            if isinstance(record, Base):
                session.refresh(record)
        session.expunge_all()
    return made


@pytest.fixture
def broken(database):
    """A session in which anything may be broken; it is rolled back, and its connection thrown away."""
    with database.session() as session:
        yield session
        session.rollback()
        session.connection().invalidate()


def found(session, wanted: str | None = None) -> dict[str, list[str]]:
    """What each rule finds."""
    return {rule.id: names for rule in RULES if wanted in (None, rule.id) if (names := list(rule.find(session)))}


def test_r34_a_shop_at_work_breaks_no_rule_and_every_rule_looks_at_something(shop, broken):
    assert found(broken) == {}
    assert [rule.id for rule in RULES if rule.count(broken) == 0] == []


@pytest.mark.parametrize(("rule", "harm", "name"), BREAKS, ids=[f"{rule}-{name}" for rule, _harm, name in BREAKS])
def test_r34_what_breaks_a_rule_is_named(shop, broken, rule, harm, name):
    words = f"{getattr(shop, name).number}" if hasattr(shop, name) else name
    unprotect(broken)

    broken.execute(harm(shop).execution_options(synchronize_session=False))

    names = found(broken, rule).get(rule, [])
    assert any(words in one for one in names), f"{words} not named by {rule}: {names}"


def test_r34_the_database_itself_is_checked(shop, broken, engine_kind):
    if engine_kind == "postgres":
        assert found(broken, "database") == {}
        return
    broken.execute(text("PRAGMA defer_foreign_keys = ON"))
    broken.execute(insert(OutboxAttachment).values(mail_id=99, document_id=99))

    assert any("verweist ins Leere" in name for name in found(broken, "database")["database"])


def test_r34_every_rule_has_a_test_that_breaks_it():
    assert {rule.id for rule in RULES} - {rule for rule, _harm, _name in BREAKS} == {"database"}


def test_rules_say_what_they_are_about():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_the_command_names_what_is_broken_and_ends_with_one(fresh_database, now):
    with fresh_database.session() as session:
        shop = make_shop(session, now)
        number = shop.small.number
        session.commit()
    good = call(fresh_database, "verify")
    with fresh_database.session() as session:
        session.execute(update(Order).where(Order.number == number).values(value_net=Decimal("1.00")))
        session.commit()
    bad = call(fresh_database, "verify")
    one = call(fresh_database, "verify", "--rule", "stock")

    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.splitlines()[-1].endswith("alles stimmt.")
    assert (bad.returncode, one.returncode) == (1, 0)
    assert f"order-value: Bestellung {number}" in bad.stdout
    assert bad.stdout.splitlines()[-1].endswith("1 Regel ist verletzt.")
    assert len(one.stdout.splitlines()) == 2
