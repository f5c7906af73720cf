"""A town hall in which every state there is can be looked at, and the addresses of its pages by who may see them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.towns import Town, make_article, make_town
from tests.factories import actor_of, make_category, make_contract, make_person
from webshop.accounts import services as accounts
from webshop.accounts.models import Person
from webshop.approvals.states import Outcome
from webshop.cart import services as carts
from webshop.cart.models import Cart
from webshop.cart.queries import lines_of
from webshop.catalog.models import Product, ProductStatus
from webshop.checkout import services as checkout
from webshop.config import Provider
from webshop.core.actor import Actor, Role
from webshop.core.clock import utcnow
from webshop.fulfilment import services as fulfilment
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.organisations.models import Address
from webshop.outbox.models import OutboxMail

PROVIDER = Provider()
WAREHOUSE = "abwicklung@shop.example.org"
LONG_SUBJECT = "Ausstattung der Donaudampfschifffahrtsverwaltung samt Nebenstellen, zweiter Bauabschnitt"
_keys = count(1)


@dataclass
class LivedIn:
    """The town, and the pages of its people and of the provider's: who looks, and at what."""

    town: Town
    pages: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


@dataclass
class _Making:
    session: Session
    town: Town
    buyer: Actor
    approver: Actor
    warehouse: Actor
    now: datetime

    def cart(self, name: str, lines: list[carts.Wanted], subject: str = "") -> Cart:
        cart = carts.create_cart(self.session, name, actor=self.buyer, now=self.now)
        carts.quick_add(self.session, cart, lines, actor=self.buyer, now=self.now)
        place = self.session.scalars(
            select(Address).where(Address.organisation_id == self.buyer.organisation_id, Address.label == "Rathaus")
        ).one()
        details = carts.DeliveryDetails(
            place.id, None, "HH-2026-17", subject, "Birgit Amtsberg", "0391 5550 17", "Hof, bis 15 Uhr"
        )
        carts.set_delivery(self.session, cart, details, actor=self.buyer, now=self.now)
        return cart

    def order(self, lines: list[carts.Wanted], subject: str = "") -> Order:
        cart = self.cart(subject[:80] or "Bestellung", lines, subject)
        shown = checkout.review(self.session, cart, now=self.now, requester_id=self.buyer.person_id)
        assert not shown.problems, shown.problems
        return checkout.submit(
            self.session,
            cart,
            actor=self.buyer,
            now=self.now,
            provider=PROVIDER,
            checkout_key=f"lived-in-{next(_keys):034d}",
            content_hash=shown.content_hash,
            cart_version=cart.version,
        )

    def decide(self, order: Order, outcome: Outcome, comment: str = "") -> None:
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

    def entries(self, order: Order) -> list[FulfilmentEntry]:
        self.session.flush()
        found = select(FulfilmentEntry).where(FulfilmentEntry.order_id == order.id).order_by(FulfilmentEntry.id)
        return list(self.session.scalars(found))

    def wanted(self, product: Product, quantity: int = 1, **values: Any) -> carts.Wanted:
        centre = self.town.centres["11120"].id
        given: dict[str, Any] = {"cost_centre_id": centre, "note": "", "deliveries": (), "shares": (), **values}
        return carts.Wanted(product_id=product.id, quantity=quantity, **given)


def make_lived_in(session: Session) -> LivedIn:
    """Make it, to be committed."""
    town, now = make_town(session), utcnow()
    people = {email: _person(session, email) for email in (town.buyer, town.approver, WAREHOUSE)}
    making = _Making(
        session,
        town,
        actor_of(session, people[town.buyer], town.organisation),
        actor_of(session, people[town.approver], town.organisation),
        actor_of(session, people[WAREHOUSE]),
        now,
    )
    goods = _goods(session, town)
    numbers = _orders(making, goods)
    lived_in = LivedIn(town)
    _buyer_pages(lived_in, making, goods, numbers)
    _other_pages(lived_in, making, numbers)
    return lived_in


def _person(session: Session, email: str) -> Person:
    return session.scalars(select(Person).where(Person.email == email)).one()


@dataclass
class _Goods:
    tiers: Product
    service: Product
    bundle: Product
    gone: Product
    priceless: Product


def _goods(session: Session, town: Town) -> _Goods:
    tiers = make_article(
        session,
        "Rechenblatt",
        "899.00",
        stock=3,
        tiers={10: "869.00", 50: "845.00"},
        attributes={"Bildschirm": "14 Zoll", "Arbeitsspeicher": "16 GB"},
        short_description="14 Zoll, 16 GB Arbeitsspeicher, mit Dockinganschluss und beleuchteter Tastatur",
    )
    make_contract(session, {tiers: {1: "849.00", 10: "829.00"}}, organisations=[town.organisation])
    services = make_category(session, "Betreuung")
    service = make_article(session, "Rundumbetreuung", "49.00", category=services, monthly="38.50", minimum_term_months=12)
    bundle = make_article(session, "Schreibtischpaket", "1299.00", parts={tiers: 1}, stock=None)
    gone = make_article(session, "Altgerät", "99.00", status=ProductStatus.WITHDRAWN, successor_id=tiers.id)
    priceless = make_article(session, "Sondergerät", None)
    session.flush()
    return _Goods(tiers, service, bundle, gone, priceless)


@dataclass
class _Numbers:
    waiting: Order
    asked: Order
    refused: Order
    withdrawn: Order
    approved: Order
    completed: Order
    cancelled: Order


def _orders(making: _Making, goods: _Goods) -> _Numbers:
    session, now = making.session, making.now
    places = session.scalars(select(Address).where(Address.organisation_id == making.buyer.organisation_id)).all()
    centres = [centre.id for centre in making.town.centres.values()]
    split = making.wanted(
        goods.tiers,
        5,
        cost_centre_id=None,
        note="Bitte mit deutscher Tastatur",
        deliveries=((places[0].id, 3), (places[1].id, 2)),
        shares=((centres[0], Decimal(60)), (centres[1], Decimal(40))),
    )
    waiting = making.order([split, making.wanted(goods.service, 4)], LONG_SUBJECT)
    asked = making.order([making.wanted(goods.bundle, 2)], "Zwei Schreibtische")
    checkout.ask(session, asked, actor=making.approver, now=now, question="Wofür wird das gebraucht?")
    refused = making.order([making.wanted(goods.tiers, 2)], "Ersatz")
    making.decide(refused, Outcome.REFUSED, "Erst im nächsten Haushaltsjahr.")
    withdrawn = making.order([making.wanted(goods.tiers, 2)], "Doppelt")
    checkout.withdraw(session, withdrawn, actor=making.buyer, now=now, reason="Doppelt eingereicht.")
    approved = making.order([split, making.wanted(goods.bundle, 2), making.wanted(goods.service, 2), making.wanted(goods.tiers)])
    making.decide(approved, Outcome.GRANTED)
    done, failed, claimed, _queued = making.entries(approved)
    for entry in (done, failed, claimed):
        fulfilment.claim_entry(session, entry.id, actor=making.warehouse, now=now)
        session.refresh(entry)
    token = done.lease_token or ""
    fulfilment.finish(
        session, done.id, token, result={"tracking": "0034043416109", "note": "Am Empfang"}, actor=making.warehouse, now=now
    )
    fulfilment.fail(
        session, failed.id, failed.lease_token or "", reason="Der Hersteller liefert nicht.", actor=making.warehouse, now=now
    )
    completed = making.order([making.wanted(goods.tiers)], "Ein Gerät")
    for entry in making.entries(completed):
        fulfilment.claim_entry(session, entry.id, actor=making.warehouse, now=now)
        session.refresh(entry)
        fulfilment.finish(session, entry.id, entry.lease_token or "", result={}, actor=making.warehouse, now=now)
    cancelled = making.order([making.wanted(goods.tiers)], "Storniertes")
    sales = actor_of(session, _person(session, "vertrieb@shop.example.org"))
    checkout.cancel(session, cancelled, actor=sales, now=now, reason="Auf Wunsch des Kunden.")
    return _Numbers(waiting, asked, refused, withdrawn, approved, completed, cancelled)


def _buyer_pages(lived_in: LivedIn, making: _Making, goods: _Goods, numbers: _Numbers) -> None:
    session, now, town = making.session, making.now, lived_in.town
    shared = making.cart("Ausstattung Bürgerbüro", [making.wanted(goods.bundle, 2)])
    carts.share(session, shared, actor=making.buyer, now=now)
    places = session.scalars(select(Address).where(Address.organisation_id == making.buyer.organisation_id)).all()
    cart = making.cart(
        "Neue Außenstelle",
        [
            making.wanted(goods.tiers, 12, deliveries=((places[0].id, 7), (places[1].id, 5))),
            making.wanted(goods.service, 3, note="Ab Januar"),
            making.wanted(goods.bundle, 1, cost_centre_id=None),
            making.wanted(goods.tiers, 1, cost_centre_id=None, note="Ersatzgerät"),
        ],
    )
    session.flush()
    line = lines_of(session, cart)[0]
    line.seen_unit_net = Decimal("777.0000")
    session.flush()
    articles = [f"/artikel/{product.number}" for product in vars(goods).values()]
    addresses = "&".join(f"adresse={place.id}" for place in places[:5])
    lived_in.pages["buyer: catalogue"] = (
        town.buyer,
        [
            "/katalog",
            "/katalog?seite=2",
            "/katalog/arbeitsplatz",
            "/katalog/arbeitsplatz/notebooks?verfuegbar=sofort",
            "/katalog?preis_bis=1",
            "/suche?q=Nordbook",
            "/suche?q=Nordbokk",
            "/suche?q=zzzzzz",
            *articles,
        ],
    )
    lived_in.pages["buyer: cart"] = (
        town.buyer,
        [
            "/warenkorb",
            "/warenkorb/gespeichert",
            f"/warenkorb/gespeichert/{cart.id}",
            f"/warenkorb/position/{line.id}/aufteilen",
            f"/warenkorb/aufteilen?{addresses}",
            "/schnellbestellung",
            "/bestellen/pruefen",
            f"/bestellen/danke/{numbers.waiting.number}",
            f"/bestellen/danke/{numbers.completed.number}",
        ],
    )
    lived_in.pages["buyer: orders"] = (
        town.buyer,
        [
            "/bestellungen",
            "/bestellungen?suche=zzzz",
            *(f"/bestellungen/{order.number}" for order in vars(numbers).values()),
            f"/bestellungen/{numbers.completed.number}/erneut",
        ],
    )
    lived_in.pages["buyer: account"] = (
        town.buyer,
        [
            "/konto",
            "/konto/darstellung",
            "/konto/sicherheit",
            "/hilfe",
            "/gibt-es-nicht",
        ],
    )
    other = actor_of(session, _person(session, town.both), town.organisation)
    replace(making, buyer=other).cart("Warenkorb", [making.wanted(goods.tiers, 4), making.wanted(goods.service)])
    lived_in.pages["buyer: checkout"] = town.both, ["/bestellen/lieferung", "/bestellen/pruefen"]
    lived_in.pages["buyer with nothing"] = (
        town.colleague,
        [
            "/warenkorb",
            "/warenkorb/gespeichert",
            f"/warenkorb/gespeichert/{shared.id}",
        ],
    )


def _other_pages(lived_in: LivedIn, making: _Making, numbers: _Numbers) -> None:
    session, town = making.session, lived_in.town
    invited = make_person(session, Role.BUYER, organisation=town.organisation, email=f"neu-{town.buyer}", last_name="Neumann")
    token = accounts.invite(session, invited, actor=None, now=making.now)
    entries = [f"/abwicklung/{entry.id}" for entry in making.entries(numbers.approved)]
    mail = session.scalars(select(OutboxMail).where(OutboxMail.to_address == invited.email)).one()
    lived_in.pages |= {
        "guest": (
            "",
            [
                "/anmelden",
                "/passwort-vergessen",
                f"/einladung/{token}",
                "/einladung/verbraucht",
                "/passwort-neu/verbraucht",
                "/impressum",
                "/datenschutz",
                "/barrierefreiheit",
                "/barriere-melden",
                "/leichte-sprache",
                "/hilfe",
                "/kontakt",
                "/gibt-es-nicht",
            ],
        ),
        "approver": (
            town.approver,
            [
                "/freigaben",
                "/freigaben?ansicht=rueckfragen",
                "/freigaben?ansicht=erledigt",
                f"/freigaben/{numbers.waiting.number}",
                f"/freigaben/{numbers.asked.number}",
                f"/freigaben/{numbers.refused.number}",
                f"/bestellungen/{numbers.approved.number}",
                "/katalog",
            ],
        ),
        "approver with nothing": ("freigabe@stendal.example.org", ["/freigaben", "/bestellungen"]),
        "warehouse": (
            WAREHOUSE,
            [
                "/abwicklung",
                "/abwicklung?stand=alle",
                "/abwicklung?stand=angehalten",
                "/abwicklung?suche=zzzz",
                *entries,
                f"/bestellungen/{numbers.approved.number}",
            ],
        ),
        "sales": (
            "vertrieb@shop.example.org",
            [
                "/katalog",
                "/bestellungen",
                f"/bestellungen/{numbers.waiting.number}",
                f"/bestellungen/{numbers.approved.number}",
                "/abwicklung",
                entries[1],
            ],
        ),
        "administrator": (
            "admin@shop.example.org",
            [
                "/betrieb/personen",
                "/betrieb/personen?suche=zzzz",
                "/betrieb/personen/neu",
                f"/betrieb/personen/{invited.id}",
                f"/betrieb/personen/{making.buyer.person_id}",
                "/betrieb/postausgang",
                "/betrieb/postausgang?suche=zzzz",
                f"/betrieb/postausgang/{mail.id}",
            ],
        ),
        "auditor": ("revision@shop.example.org", [f"/betrieb/personen/{making.buyer.person_id}", entries[0]]),
        "administrator of a house": ("verwaltung@magdeburg.example.org", ["/katalog", "/bestellungen", "/konto"]),
    }
