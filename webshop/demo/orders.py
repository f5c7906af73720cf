"""Plays the stories through the services, in the order in which things happened, so that numbers and the audit trail fit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.approvals.models import ApprovalCase, ApprovalQuestion
from webshop.approvals.states import Outcome
from webshop.cart import queries as cart_queries
from webshop.cart import services as cart_services
from webshop.cart.models import Cart
from webshop.catalog.models import Product
from webshop.checkout import services as checkout
from webshop.config import Provider
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date, start_of_day
from webshop.demo.people import acting
from webshop.demo.stories import STORIES, Line, Story, Then
from webshop.fulfilment import services as fulfilment
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order, OrderLine

SATURDAY = 5


@dataclass
class _Event:
    moment: datetime
    sequence: int
    act: Callable[[datetime], None]


def tell(session: Session, provider: Provider, *, now: datetime, progress: Callable[[float], None]) -> None:
    """Play all stories; nothing happens later than now."""
    sequence = count()
    orders: dict[int, UUID] = {}
    events: list[_Event] = []
    for key, story in enumerate(STORIES):
        begin = _moment(story, now)

        def submit(moment: datetime, key: int = key, story: Story = story) -> None:
            orders[key] = _submit(session, story, key, provider, now=moment).id

        events.append(_Event(begin, next(sequence), submit))
        for then in story.then:

            def happen(moment: datetime, key: int = key, story: Story = story, then: Then = then) -> None:
                _happen(session, checkout.load(session, orders[key]), story, then, provider, now=moment)

            events.append(_Event(_later(begin, then.hours), next(sequence), happen))
    events = [event for event in sorted(events, key=lambda event: (event.moment, event.sequence)) if event.moment < now]
    for number, event in enumerate(events, start=1):
        event.act(event.moment)
        session.flush()
        progress(number / len(events))


def _moment(story: Story, now: datetime) -> datetime:
    """So many days ago at this hour; a weekend's orders were made on the Friday before."""
    day = berlin_date(now) - timedelta(days=story.days)
    day -= timedelta(days=max(day.weekday() - SATURDAY + 1, 0))
    return start_of_day(day) + timedelta(hours=story.hour + 1)


def _later(begin: datetime, hours: float) -> datetime:
    """So many hours later; weekends do not count."""
    moment = begin
    while hours > 0:
        moment += timedelta(hours=min(hours, 24))
        while berlin_date(moment).weekday() >= SATURDAY:
            moment += timedelta(days=1)
        hours -= 24
    return moment


def make_cart(
    session: Session,
    name: str,
    lines: tuple[Line, ...],
    place: str,
    *,
    actor: Actor,
    now: datetime,
    subject: str = "",
    reference: str = "",
    note: str = "",
) -> Cart:
    """A cart with these lines, ready for the review."""
    cart = cart_services.create_cart(session, name, actor=actor, now=now)
    numbers = {line.article for line in lines}
    products = dict(session.execute(select(Product.number, Product.id).where(Product.number.in_(numbers))).all())
    centres = {row.number: row.id for row in cart_queries.cost_centres(session, actor, day=berlin_date(now))}
    places = {row.label: row.id for row in cart_queries.addresses(session, actor)}
    wanted = [
        cart_services.Wanted(
            product_id=products[line.article],
            quantity=line.quantity,
            cost_centre_id=centres[line.cost_centre] if line.cost_centre else next(iter(centres.values())),
            note=line.note,
            deliveries=tuple((places[label], pieces) for label, pieces in line.places.items()),
            shares=tuple((centres[number], Decimal(percent)) for number, percent in line.shares.items()),
        )
        for line in lines
    ]
    cart_services.quick_add(session, cart, wanted, actor=actor, now=now)
    details = cart_services.DeliveryDetails(
        address_id=places.get(place) or next(iter(places.values())),
        desired_date=None,
        reference=reference,
        subject=subject,
        contact_name=actor.name,
        contact_phone="",
        note=note,
    )
    cart_services.set_delivery(session, cart, details, actor=actor, now=now)
    return cart


def _submit(session: Session, story: Story, key: int, provider: Provider, *, now: datetime) -> Order:
    actor = acting(session, story.buyer, story.house, now=now)
    before = now - timedelta(minutes=35)
    cart = make_cart(
        session,
        story.subject[:80],
        story.lines,
        story.place,
        actor=actor,
        now=before,
        subject=story.subject,
        reference=story.reference,
        note=story.note,
    )
    draft = checkout.review(session, cart, now=now, requester_id=actor.person_id)
    if draft.problems:
        raise RuntimeError(f"{story.subject}: {draft.problems[0]}")
    return checkout.submit(
        session,
        cart,
        actor=actor,
        now=now,
        provider=provider,
        checkout_key=sha256(f"demo {key}".encode()).hexdigest()[:43],
        content_hash=draft.content_hash,
        cart_version=cart.version,
    )


def _happen(session: Session, order: Order, story: Story, then: Then, provider: Provider, *, now: datetime) -> None:
    staff = then.verb in ("cancel", "done", "failed", "claimed")
    actor = acting(session, then.who, "MLIT" if staff else story.house, now=now)
    match then.verb:
        case "grant" | "refuse":
            checkout.decide(
                session,
                order,
                actor=actor,
                now=now,
                provider=provider,
                outcome=Outcome.GRANTED if then.verb == "grant" else Outcome.REFUSED,
                comment=then.text,
                content_hash=order.content_hash,
            )
        case "ask":
            checkout.ask(session, order, actor=actor, now=now, question=then.text)
        case "answer":
            question = _question(session, order)
            checkout.answer(session, order, question.id, actor=actor, now=now, text=then.text)
        case "withdraw":
            checkout.withdraw(session, order, actor=actor, now=now, reason=then.text)
        case "cancel":
            checkout.cancel(session, order, actor=actor, now=now, reason=then.text)
        case "done" | "failed" | "claimed":
            _work(session, order, then, actor, now=now)


def _question(session: Session, order: Order) -> ApprovalQuestion:
    """What the order's case still waits to hear."""
    return session.scalars(
        select(ApprovalQuestion)
        .join(ApprovalCase, ApprovalCase.id == ApprovalQuestion.case_id)
        .where(ApprovalCase.subject_id == order.id, ApprovalQuestion.answered_at.is_(None))
    ).one()


def _work(session: Session, order: Order, then: Then, actor: Actor, *, now: datetime) -> None:
    entries = session.execute(
        select(FulfilmentEntry.id, OrderLine.position)
        .join(OrderLine, OrderLine.id == FulfilmentEntry.order_line_id)
        .where(FulfilmentEntry.order_id == order.id, FulfilmentEntry.state == EntryState.QUEUED)
        .order_by(FulfilmentEntry.id)
    ).all()
    for entry_id, position in entries:
        if then.lines and position not in then.lines:
            continue
        token = fulfilment.claim_entry(session, entry_id, actor=actor, now=now).lease_token or ""
        if then.verb == "done":
            result = {"tracking" if then.text.startswith("Paket ") else "note": then.text} if then.text else {}
            fulfilment.finish(session, entry_id, token, result=result, actor=actor, now=now)
        elif then.verb == "failed":
            fulfilment.fail(session, entry_id, token, reason=then.text, actor=actor, now=now)
