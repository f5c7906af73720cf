"""Two town halls and a provider in which something of everything has happened: what generated proofs walk through.

Every text that people can type anywhere comes from `words`, so that a proof can plant its own; `many` makes so many of
whatever a page lists.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import actor_of, make_category, make_contract, make_manufacturer, make_person, make_product, make_provider
from webshop.accounts import keys
from webshop.accounts import services as accounts
from webshop.accounts.models import Person, RoleAssignment, WebSession
from webshop.approvals.models import ApprovalQuestion
from webshop.approvals.states import Outcome
from webshop.cart import services as carts
from webshop.cart.models import Cart, CartLine, ShareKind
from webshop.cart.queries import lines_of
from webshop.catalog.models import Product, ProductRelation, ProductStatus, RelationKind
from webshop.checkout import services as checkout
from webshop.config import Provider
from webshop.core.actor import Actor, Role
from webshop.documents import services as documents
from webshop.documents.models import Document
from webshop.fulfilment import services as fulfilment
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.organisations.models import (
    Address,
    Budget,
    CostCentre,
    CostCentrePerson,
    CostCentreTask,
    Organisation,
    OrganisationKind,
)
from webshop.outbox import queue as outbox
from webshop.outbox.models import OutboxMail

PROVIDER = Provider()
PROVIDER_ROLES = (Role.SALES, Role.SALES_LEAD, Role.FULFILMENT, Role.ACCOUNTING, Role.ADMIN, Role.AUDITOR)
HOUSE_ROLES = (Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR)
_serial = count(1)

Words = Callable[[str], str]
"""The text for a place such as `cart.note`."""


def plainly(place: str) -> str:
    return place.replace("_", " ").replace(".", " ").title()


@dataclass
class Goods:
    """What can be ordered, could be ordered, and has no price."""

    device: Product
    service: Product
    bundle: Product
    gone: Product
    priceless: Product


@dataclass
class House:
    """A municipality with its people and their carts, orders and letters."""

    organisation: Organisation
    people: dict[Role, Person]
    colleague: Person
    second: Person
    centres: list[CostCentre]
    places: list[Address]
    cart: Cart = None  # type: ignore[assignment] # made a moment later
    saved: Cart = None  # type: ignore[assignment]
    shared: Cart = None  # type: ignore[assignment]
    lines: list[CartLine] = field(default_factory=list)
    removed_line: Any = None
    orders: dict[str, Order] = field(default_factory=dict)
    question: ApprovalQuestion = None  # type: ignore[assignment]
    entries: list[FulfilmentEntry] = field(default_factory=list)
    letter: Document = None  # type: ignore[assignment]
    mail: OutboxMail = None  # type: ignore[assignment]
    browser: WebSession = None  # type: ignore[assignment]
    """A session of the buyer in another browser."""
    role: RoleAssignment = None  # type: ignore[assignment]

    @property
    def buyer(self) -> Person:
        return self.people[Role.BUYER]


@dataclass
class World:
    """All of it. `here` is the house whose people look around, `there` the one they must not see."""

    here: House
    there: House
    staff: dict[Role, Person]
    goods: Goods

    @property
    def everybody(self) -> dict[str, Person]:
        """One person of every role, by a name for it."""
        people = {f"{role} here": person for role, person in self.here.people.items()}
        return people | {f"{role} of the provider": person for role, person in self.staff.items()}


def make_world(session: Session, now: datetime, *, words: Words = plainly, many: int = 1) -> World:
    staff = _staff(session, words)
    goods = _goods(session, words)
    houses = []
    for name in ("here", "there"):
        house = _house(session, f"{words('organisation.name')} {name}", words, many)
        _Making(session, house, goods, staff, words, now, many).everything()
        houses.append(house)
    _mails_fail(session, now)
    session.flush()
    session.expire_all()
    return World(*houses, staff, goods)


def _staff(session: Session, words: Words) -> dict[Role, Person]:
    provider = make_provider(session)
    return {role: _person(session, role, provider, words) for role in PROVIDER_ROLES}


def _person(session: Session, role: Role, organisation: Organisation, words: Words) -> Person:
    return make_person(
        session,
        role,
        organisation=organisation,
        first_name=words("person.first_name")[:100],
        last_name=f"{words('person.last_name')[:90]} {next(_serial):06d}",
        phone=words("person.phone")[:60],
        department=words("person.department")[:120],
    )


def _goods(session: Session, words: Words) -> Goods:
    desk = make_category(
        session,
        words("category.name")[:120],
        slug=f"arbeitsplatz-{next(_serial)}",
        description=words("category.description"),
    )
    given: dict[str, Any] = {
        "category": desk,
        "manufacturer": make_manufacturer(session, words("manufacturer.name")[:120]).name,
        "short_description": words("product.short_description")[:500],
        "description": words("product.description"),
        "manufacturer_number": words("product.manufacturer_number")[:120],
        "unit_label": words("product.unit_label")[:40],
        "promise_source": words("product.promise_source")[:80],
    }
    device = make_product(
        session,
        words("product.name")[:250],
        net="899.00",
        tiers={10: "869.00"},
        stock=100_000,
        attributes={words("attribute.label")[:80]: words("attribute.text")[:500]},
        promised_at=datetime.fromisoformat("2026-11-20T08:00:00+00:00"),
        **given,
    )
    asked = [{"name": "recipient", "label": words("plan.label"), "required": True, "hint": words("plan.hint")}]
    service = make_product(
        session,
        words("service.name")[:250],
        net="49.00",
        monthly="38.50",
        minimum_term_months=12,
        notice_period=words("plan.notice_period")[:120],
        form=asked,
        **given,
    )
    bundle = make_product(session, words("bundle.name")[:250], net="1299.00", parts={device: 1}, stock=None, **given)
    gone = make_product(
        session, words("gone.name")[:250], net="99.00", status=ProductStatus.WITHDRAWN, successor_id=device.id, **given
    )
    priceless = make_product(session, words("priceless.name")[:250], net=None, **given)
    session.add(ProductRelation(product_id=device.id, related_id=service.id, kind=RelationKind.ACCESSORY))
    session.add(ProductRelation(product_id=device.id, related_id=bundle.id, kind=RelationKind.ALTERNATIVE))
    make_contract(
        session,
        {device: {1: "849.00", 10: "829.00"}},
        title=words("contract.title")[:200],
        supplier=words("contract.supplier")[:200],
        award_reference=words("contract.award_reference")[:120],
    )
    session.flush()
    return Goods(device, service, bundle, gone, priceless)


def _house(session: Session, name: str, words: Words, many: int) -> House:
    organisation = Organisation(
        number=f"K-W{next(_serial):04d}",
        name=name[:200],
        kind=OrganisationKind.CUSTOMER,
        type_label=words("organisation.type_label")[:80],
        street=words("organisation.street")[:120],
        postcode="39104",
        city=words("organisation.city")[:120],
        approval_second_above=Decimal("50000.00"),
    )
    session.add(organisation)
    session.flush()
    people = {role: _person(session, role, organisation, words) for role in HOUSE_ROLES}
    colleague = _person(session, Role.BUYER, organisation, words)
    second = _person(session, Role.APPROVER, organisation, words)
    for _ in range(many - 1):
        _person(session, Role.BUYER, organisation, words)
    centres = [
        CostCentre(
            organisation_id=organisation.id, number=f"1112{number}", name=words("cost_centre.name")[:120], product_group="111"
        )
        for number in range(max(2, many))
    ]
    places = [
        Address(
            organisation_id=organisation.id,
            label=f"{words('address.label')[:110]} {number}",
            street=words("address.street")[:120],
            postcode="39104",
            city=words("address.city")[:120],
            note=words("address.note")[:250],
        )
        for number in range(max(2, many))
    ]
    session.add_all([*centres, *places])
    session.flush()
    for centre in centres:
        session.add(Budget(organisation_id=organisation.id, cost_centre_id=centre.id, year=2026, amount=Decimal("9000000.00")))
        for approver in (people[Role.APPROVER], second):
            session.add(
                CostCentrePerson(
                    organisation_id=organisation.id,
                    cost_centre_id=centre.id,
                    person_id=approver.id,
                    task=CostCentreTask.APPROVE,
                )
            )
    session.flush()
    return House(organisation, people, colleague, second, centres, places)


@dataclass
class _Making:
    session: Session
    house: House
    goods: Goods
    staff: dict[Role, Person]
    words: Words
    now: datetime
    many: int

    def __post_init__(self) -> None:
        self.buyer = actor_of(self.session, self.house.buyer)
        self.approver = actor_of(self.session, self.house.people[Role.APPROVER])
        self.warehouse = actor_of(self.session, self.staff[Role.FULFILMENT])
        self.sales = actor_of(self.session, self.staff[Role.SALES])

    def everything(self) -> None:
        for _ in range(self.many):
            self.orders()
        self.entries()
        self.letters()
        for number in range(self.many):
            self.house.saved = self.cart(f"{self.words('cart.name')[:60]} {number}", [self.wanted(self.goods.device)])
        self.house.shared = self.cart(f"{self.words('cart.name')[:60]} für alle", [self.wanted(self.goods.service, 2)])
        carts.share(self.session, self.house.shared, actor=self.buyer, now=self.now)
        self.current_cart()
        self.browsers()
        self.house.role = self.session.scalars(
            select(RoleAssignment).where(RoleAssignment.person_id == self.house.colleague.id)
        ).one()

    def wanted(self, product: Product, quantity: int = 1, **values: Any) -> carts.Wanted:
        given: dict[str, Any] = {"cost_centre_id": self.house.centres[0].id, "note": self.words("line.note")[:250], **values}
        return carts.Wanted(product_id=product.id, quantity=quantity, **given)

    def split(self) -> carts.Wanted:
        places, centres = self.house.places, self.house.centres
        return self.wanted(
            self.goods.device,
            5,
            cost_centre_id=None,
            deliveries=((places[0].id, 3), (places[1].id, 2)),
            shares=((centres[0].id, Decimal(60)), (centres[1].id, Decimal(40))),
            share_kind=ShareKind.PERCENT,
        )

    def cart(self, name: str, lines: list[carts.Wanted]) -> Cart:
        cart = carts.create_cart(self.session, name, actor=self.buyer, now=self.now)
        carts.quick_add(self.session, cart, lines, actor=self.buyer, now=self.now)
        details = carts.DeliveryDetails(
            self.house.places[0].id,
            (self.now + timedelta(days=60)).date(),
            self.words("cart.reference")[:60],
            self.words("cart.subject")[:120],
            self.words("cart.contact_name")[:120],
            self.words("cart.contact_phone")[:60],
            self.words("cart.note")[:1000],
        )
        carts.set_delivery(self.session, cart, details, actor=self.buyer, now=self.now)
        return cart

    def order(self, lines: list[carts.Wanted]) -> Order:
        cart = self.cart(f"{self.words('cart.name')[:50]} {next(_serial)}", lines)
        shown = checkout.review(self.session, cart, now=self.now, requester_id=self.buyer.person_id)
        assert not shown.problems, shown.problems
        return checkout.submit(
            self.session,
            cart,
            actor=self.buyer,
            now=self.now,
            provider=PROVIDER,
            checkout_key=f"{next(_serial):043d}",
            content_hash=shown.content_hash,
            cart_version=cart.version,
        )

    def decide(self, order: Order, outcome: Outcome, comment: str) -> None:
        checkout.decide(
            self.session,
            order,
            actor=self.approver,
            now=self.now,
            provider=PROVIDER,
            outcome=outcome,
            comment=comment,
            content_hash=order.content_hash,
        )

    def orders(self) -> None:
        goods, made = self.goods, self.house.orders
        bearers = self.house.centres[: self.many]
        services = [self.wanted(goods.service, 4, cost_centre_id=centre.id) for centre in bearers]
        made["waiting"] = self.order([self.split(), *services])
        made["asked"] = self.order([self.wanted(goods.bundle, 2)])
        self.house.question = checkout.ask(
            self.session, made["asked"], actor=self.approver, now=self.now, question=self.words("question.question")[:1000]
        )
        made["refused"] = self.order([self.wanted(goods.device, 2)])
        self.decide(made["refused"], Outcome.REFUSED, self.words("decision.comment")[:1000])
        made["withdrawn"] = self.order([self.wanted(goods.device, 2)])
        checkout.withdraw(
            self.session, made["withdrawn"], actor=self.buyer, now=self.now, reason=self.words("withdrawal.reason")[:1000]
        )
        made["approved"] = self.order([self.split(), self.wanted(goods.bundle, 2), self.wanted(goods.service, 2)])
        self.decide(made["approved"], Outcome.GRANTED, self.words("decision.comment")[:1000])
        made["cancelled"] = self.order([self.wanted(goods.device)])
        checkout.cancel(
            self.session, made["cancelled"], actor=self.sales, now=self.now, reason=self.words("cancellation.reason")[:1000]
        )
        made["small"] = self.order([self.wanted(goods.device)])

    def entries(self) -> None:
        """Of the approved order one entry is done, one failed, one in work; those of the small one wait."""
        found = select(FulfilmentEntry).where(FulfilmentEntry.order_id.in_([o.id for o in self.house.orders.values()]))
        self.house.entries = list(self.session.scalars(found.order_by(FulfilmentEntry.id)))
        of_approved = [entry for entry in self.house.entries if entry.order_id == self.house.orders["approved"].id]
        for entry in of_approved:
            fulfilment.claim_entry(self.session, entry.id, actor=self.warehouse, now=self.now)
            self.session.refresh(entry)
        done, failed, _claimed = of_approved
        result = {"tracking": self.words("entry.tracking")[:100], "note": self.words("entry.note")[:1000]}
        fulfilment.finish(self.session, done.id, done.lease_token or "", result=result, actor=self.warehouse, now=self.now)
        reason = self.words("entry.reason")[:1000]
        fulfilment.fail(self.session, failed.id, failed.lease_token or "", reason=reason, actor=self.warehouse, now=self.now)

    def letters(self) -> None:
        """One letter is stored, one is parked; mails are in every state."""
        of_approved = Document.subject_id == str(self.house.orders["approved"].id)
        self.house.letter = self.session.scalars(select(Document).where(of_approved)).one()
        while (document := documents.claim(self.session, worker="world")) is not None:
            token = document.lease_token or ""
            if document.subject_id == str(self.house.orders["small"].id):
                documents.fail(self.session, document, token, self.words("document.error"), now=self.now, final=True)
            else:
                documents.store(self.session, document, token, b"%PDF-1.7 a letter", now=self.now)
        self.house.mail = self.session.scalars(
            select(OutboxMail).where(OutboxMail.organisation_id == self.house.organisation.id).order_by(OutboxMail.id).limit(1)
        ).one()

    def current_cart(self) -> None:
        """Lines that are split, monthly, without cost centre, changed in price, no longer sold; one was removed."""
        goods = self.goods
        lines = [
            self.split(),
            self.wanted(goods.service, 3),
            self.wanted(goods.bundle, 1, cost_centre_id=None),
            self.wanted(goods.device, 1),
            self.wanted(goods.device, 2, cost_centre_id=self.house.centres[1].id),
            *(self.wanted(goods.service, cost_centre_id=centre.id) for centre in self.house.centres[1 : self.many]),
        ]
        cart = self.cart(f"{self.words('cart.name')[:60]} jetzt", lines)
        found = lines_of(self.session, cart)
        self.house.removed_line = found[4].id
        carts.remove_line(self.session, cart, found[4].id, actor=self.buyer, now=self.now)
        found[3].seen_unit_net = Decimal("777.0000")
        self.session.add(
            CartLine(
                organisation_id=cart.organisation_id,
                cart_id=cart.id,
                position=1000,
                product_id=goods.gone.id,
                quantity=1,
                cost_centre_id=self.house.centres[0].id,
                note=self.words("line.note")[:250],
            )
        )
        self.session.flush()
        self.house.cart, self.house.lines = cart, list(lines_of(self.session, cart, splits=True))

    def browsers(self) -> None:
        for _ in range(self.many):
            agent = self.words("session.user_agent")[:200]
            sid = keys.start_session(self.session, self.buyer, user_agent=agent, network="192.0.2.0/24", now=self.now)
            self.session.flush()
            self.house.browser = self.session.scalars(select(WebSession).where(WebSession.token_hash == keys.digest(sid))).one()


def _mails_fail(session: Session, now: datetime) -> None:
    """Of the first mails one is sent, one parked with the server's words, the rest waits."""
    for sent in (True, False):
        mail = outbox.claim(session, worker="world")
        assert mail is not None
        token = mail.lease_token or ""
        if sent:
            outbox.sent(session, mail, token, "250 OK", now=now)
        else:
            outbox.failed(session, mail, token, "550 5.1.1 No such mailbox here", now=now, final=True)


def invited(session: Session, house: House, now: datetime) -> tuple[Person, str]:
    """Somebody who has not chosen a password yet, and the secret of the link they were mailed."""
    person = make_person(session, Role.BUYER, organisation=house.organisation)
    return person, accounts.invite(session, person, actor=None, now=now)


def age_mails(session: Session, now: datetime) -> None:
    """Mails that have been waiting for a day."""
    session.execute(update(OutboxMail).values(created_at=now - timedelta(days=1)))


def actor(session: Session, person: Person) -> Actor:
    return actor_of(session, person)
