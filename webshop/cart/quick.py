"""Checking an order list against catalogue, cost centres and addresses: a fixed number of statements, however long it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from webshop.cart.models import CartLine, ShareKind
from webshop.cart.queries import addresses, cost_centres, products_matching
from webshop.cart.quicklist import Entry, parts_of
from webshop.cart.wanted import Wanted
from webshop.catalog.models import Product, ProductStatus
from webshop.catalog.pricing import ArticlePrice, prices_for
from webshop.core.actor import Actor
from webshop.core.errors import Invalid
from webshop.core.formats import Worded, whole
from webshop.core.i18n import N_
from webshop.core.money import line_net
from webshop.core.typed import percentage, whole_number
from webshop.organisations.models import CostCentre

LONGEST_NOTE: int = CartLine.__table__.c.note.type.length  # type: ignore[attr-defined]
PERCENT = "%"
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Good:
    """An entry that can go into the cart."""

    entry: Entry
    product: Product
    wanted: Wanted
    cost_centre_number: str
    price: ArticlePrice

    @property
    def net(self) -> Decimal:
        """One-off net."""
        return line_net(self.price.unit_net, self.wanted.quantity, self.product.price_base_quantity)

    @property
    def monthly_net(self) -> Decimal:
        """Monthly net."""
        return line_net(self.price.monthly_net, self.wanted.quantity, self.product.price_base_quantity)


@dataclass(frozen=True)
class Bad:
    """An entry that cannot, and why."""

    entry: Entry
    reason: Invalid


@dataclass(frozen=True)
class Checked:
    """A whole list."""

    good: tuple[Good, ...]
    bad: tuple[Bad, ...]


@dataclass(frozen=True)
class _Shelf:
    """What an entry may name."""

    articles: Mapping[str, Sequence[Product]]
    cost_centres: Mapping[str, CostCentre]
    addresses: Mapping[str, UUID]


def check(session: Session, entries: Sequence[Entry], *, viewer: Actor, day: date) -> Checked:
    """Sort a list into what can be ordered and what cannot."""
    split = any(entry.deliveries for entry in entries)
    shelf = _Shelf(
        articles=products_matching(session, {entry.number for entry in entries if entry.number}),
        cost_centres={centre.number.casefold(): centre for centre in cost_centres(session, viewer, day=day)},
        addresses={_key(address.label): address.id for address in addresses(session, viewer)} if split else {},
    )
    read: list[tuple[Entry, Product, Wanted]] = []
    bad: list[Bad] = []
    for entry in entries:
        try:
            product = _product(entry, shelf)
            read.append((entry, product, _wanted(entry, product, shelf)))
        except Invalid as reason:
            bad.append(Bad(entry, reason))
    pieces: dict[int, int] = {}
    for _entry, product, wanted in read:
        pieces[product.id] = pieces.get(product.id, 0) + wanted.quantity
    prices = prices_for(session, viewer.organisation_id, pieces, day=day)
    numbers = {centre.id: centre.number for centre in shelf.cost_centres.values()}
    good = []
    for entry, product, wanted in read:
        price = prices[product.id]
        if price.has_price:
            number = numbers.get(wanted.cost_centre_id, "") if wanted.cost_centre_id else ""
            good.append(Good(entry, product, wanted, number, price))
        else:
            bad.append(Bad(entry, Invalid(N_("Für %(name)s ist heute kein Preis hinterlegt."), name=product.name)))
    return Checked(tuple(good), tuple(sorted(bad, key=lambda item: item.entry.position)))


def _product(entry: Entry, shelf: _Shelf) -> Product:
    if not entry.number:
        raise Invalid(N_("Die Artikelnummer fehlt."))
    found = shelf.articles.get(entry.number.upper(), [])
    if not found:
        raise Invalid(N_("Einen Artikel „%(number)s“ gibt es nicht. Prüfen Sie die Nummer."), number=entry.number[:60])
    orderable = [product for product in found if product.status == ProductStatus.ACTIVE]
    if not orderable:
        raise Invalid(N_("%(name)s wird nicht mehr angeboten."), name=found[0].name)
    if len(orderable) > 1:
        numbers = ", ".join(product.number for product in orderable[:5])
        raise Invalid(N_("Diese Nummer haben mehrere Artikel. Geben Sie eine Artikelnummer an: %(numbers)s."), numbers=numbers)
    return orderable[0]


def _wanted(entry: Entry, product: Product, shelf: _Shelf) -> Wanted:
    if not entry.quantity:
        raise Invalid(N_("Die Menge fehlt. Schreiben Sie sie hinter die Artikelnummer."))
    quantity = _pieces(entry.quantity)
    if quantity > product.max_quantity:
        raise Invalid(
            N_("Von %(name)s sind höchstens %(limit)s je Position möglich."),
            name=product.name,
            limit=Worded(whole, product.max_quantity),
        )
    if len(entry.note) > LONGEST_NOTE:
        raise Invalid(N_("Die Notiz ist länger als %(limit)s Zeichen. Kürzen Sie sie."), limit=LONGEST_NOTE)
    cost_centre = _cost_centre(entry.cost_centre, shelf).id if entry.cost_centre else _only(shelf)
    kind, shares = _shares(entry, quantity, shelf) if entry.shares else (ShareKind.PERCENT, ())
    deliveries = _deliveries(entry, quantity, shelf) if entry.deliveries else ()
    return Wanted(product.id, quantity, cost_centre, entry.note, deliveries, shares, kind)


def _pieces(text: str) -> int:
    try:
        quantity = whole_number(text)
    except ValueError as error:
        raise Invalid(N_("Die Menge „%(text)s“ ist keine ganze Zahl."), text=text[:20]) from error
    if quantity < 1:
        raise Invalid(N_("Die Menge muss mindestens 1 sein."))
    return quantity


def _cost_centre(number: str, shelf: _Shelf) -> CostCentre:
    found = shelf.cost_centres.get(number.casefold())
    if found is None:
        raise Invalid(N_("Für die Kostenstelle „%(number)s“ können Sie heute nicht bestellen."), number=number[:40])
    return found


def _only(shelf: _Shelf) -> UUID | None:
    """The cost centre of somebody who may order for one only."""
    return next(iter(shelf.cost_centres.values())).id if len(shelf.cost_centres) == 1 else None


def _key(label: str) -> str:
    """How an address is written in a cell (`quicklist.joined_parts`)."""
    return label.replace("|", "/").strip()


def _deliveries(entry: Entry, quantity: int, shelf: _Shelf) -> tuple[tuple[UUID, int], ...]:
    found: dict[UUID, int] = {}
    for label, amount in parts_of(entry.deliveries):
        address_id = shelf.addresses.get(label)
        if address_id is None:
            raise Invalid(N_("Eine Lieferadresse „%(label)s“ gibt es nicht."), label=label[:60])
        found[address_id] = found.get(address_id, 0) + _pieces(amount)
    if sum(found.values()) != quantity:
        raise Invalid(N_("Die Aufteilung auf Adressen ergibt nicht die Menge %(quantity)s."), quantity=Worded(whole, quantity))
    return tuple(found.items())


def _shares(entry: Entry, quantity: int, shelf: _Shelf) -> tuple[ShareKind, tuple[tuple[UUID, Decimal], ...]]:
    parts = parts_of(entry.shares)
    percent = all(amount.endswith(PERCENT) for _number, amount in parts)
    found: dict[UUID, Decimal] = {}
    for number, amount in parts:
        centre = _cost_centre(number, shelf)
        found[centre.id] = found.get(centre.id, Decimal(0)) + _weight(amount, percent)
    if sum(found.values()) != (HUNDRED if percent else quantity):
        raise Invalid(N_("Die Aufteilung auf Kostenstellen geht nicht auf."))
    return (ShareKind.PERCENT if percent else ShareKind.QUANTITY), tuple(found.items())


def _weight(amount: str, percent: bool) -> Decimal:
    if not percent:
        return Decimal(_pieces(amount))
    try:
        return percentage(amount.removesuffix(PERCENT))
    except ValueError as error:
        raise Invalid(N_("Der Anteil „%(text)s“ ist kein Prozentwert."), text=amount[:20]) from error
