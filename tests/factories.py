"""Rows for tests: every factory makes one sensible record, flushed, and takes by name what the test is about.

Amounts are given as text (`net="899.00"`), days and moments are fixed, numbers count up.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webshop.accounts import passwords, queries
from webshop.accounts.models import Person, RoleAssignment
from webshop.cart.models import Cart, CartChoice, CartLine
from webshop.catalog.contract_models import ContractOrganisation, ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import (
    Attribute,
    AttributeKind,
    BundleItem,
    Category,
    Charge,
    Manufacturer,
    Price,
    Product,
    ProductAttribute,
    ProductKind,
    ServicePlan,
    Stock,
    StockMovement,
)
from webshop.catalog.search import search_text_for
from webshop.core.actor import Actor, Role
from webshop.core.clock import utcnow
from webshop.organisations.models import (
    Address,
    Budget,
    CostCentre,
    CostCentrePerson,
    CostCentreTask,
    Organisation,
    OrganisationKind,
)

LONG_AGO = date(2020, 1, 1)
CREATED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_serial = count(1)
PASSWORD = "vier Birnen am Zaun"


# --- people and organisations -----------------------------------------------------------------------------------------


def make_organisation(session: Session, name: str = "Stadt Magdeburg", **values: Any) -> Organisation:
    """A municipality; one of the same name is taken again."""
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        defaults: dict[str, Any] = {
            "number": f"K-{next(_serial):05d}",
            "kind": OrganisationKind.CUSTOMER,
            "street": "Alter Markt 6",
            "postcode": "39104",
            "city": "Magdeburg",
            "member_from": LONG_AGO,
        }
        found = Organisation(name=name, **{**defaults, **values})
        session.add(found)
        session.flush()
    return found


def make_provider(session: Session) -> Organisation:
    """The IT provider; there is one."""
    return make_organisation(session, "Musterland-IT AöR", kind=OrganisationKind.PROVIDER)


def make_person(
    session: Session,
    *roles: Role,
    organisation: Organisation | None = None,
    password: str | None = None,
    **values: Any,
) -> Person:
    """Somebody with these roles (buyer unless told otherwise) in an organisation.

    Provider roles work for the provider, the others for "Stadt Magdeburg", unless an `organisation` is named. A password
    costs time: give one (`PASSWORD`) where the test types it in.
    """
    held = roles or (Role.BUYER,)
    number = next(_serial)
    defaults: dict[str, Any] = {
        "email": f"person{number}@kunde.example.org",
        "first_name": "Erika",
        "last_name": f"Beispiel {number}",
        "created_at": CREATED,
    }
    person = Person(**{**defaults, **values})
    person.password_hash = hash_once(password) if password else None
    session.add(person)
    session.flush()
    if organisation is None:
        staff = set(held) - {Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR}
        organisation = make_provider(session) if staff else make_organisation(session)
    for role in held:
        make_role(session, person, role, organisation)
    return person


@cache
def hash_once(password: str) -> str:
    return passwords.hash_of(password)


def make_role(session: Session, person: Person, role: Role, organisation: Organisation, **values: Any) -> RoleAssignment:
    """A role from long ago on, for ever unless told otherwise."""
    given = {"valid_from": LONG_AGO, **values}
    assignment = RoleAssignment(person_id=person.id, role=role, organisation_id=organisation.id, **given)
    session.add(assignment)
    session.flush()
    return assignment


def actor_of(session: Session, person: Person, organisation: Organisation | None = None, *, now: datetime | None = None) -> Actor:
    """The person as viewer and actor, with the rights of this moment."""
    actor = queries.actor_for(session, person.id, organisation and organisation.id, now=now or utcnow())
    assert actor is not None, "this person holds no role at that time"
    return actor


def make_address(session: Session, label: str = "Rathaus", *, organisation: Organisation | None = None, **values: Any) -> Address:
    """A place to deliver to."""
    organisation = organisation or make_organisation(session)
    defaults: dict[str, Any] = {"street": "Alter Markt 6", "postcode": "39104", "city": "Magdeburg"}
    address = Address(organisation_id=organisation.id, label=label, **{**defaults, **values})
    session.add(address)
    session.flush()
    return address


def make_cost_centre(
    session: Session,
    number: str = "1110",
    *,
    organisation: Organisation | None = None,
    buyers: Iterable[Person] = (),
    approvers: Iterable[Person] = (),
    budget: str | None = None,
    **values: Any,
) -> CostCentre:
    """A cost centre; those named may order or approve for it, `budget` is the amount of 2026."""
    organisation = organisation or make_organisation(session)
    defaults: dict[str, Any] = {"name": "Hauptamt"}
    cost_centre = CostCentre(organisation_id=organisation.id, number=number, **{**defaults, **values})
    session.add(cost_centre)
    session.flush()
    for task, people in ((CostCentreTask.ORDER, buyers), (CostCentreTask.APPROVE, approvers)):
        session.add_all(
            CostCentrePerson(organisation_id=organisation.id, cost_centre_id=cost_centre.id, person_id=person.id, task=task)
            for person in people
        )
    if budget is not None:
        session.add(Budget(organisation_id=organisation.id, cost_centre_id=cost_centre.id, year=2026, amount=Decimal(budget)))
    session.flush()
    return cost_centre


# --- catalogue --------------------------------------------------------------------------------------------------------


def make_category(session: Session, name: str = "Notebooks", *, parent: Category | None = None, **values: Any) -> Category:
    """A category; one of the same name below the same parent is taken again."""
    slug = values.pop("slug", None) or "-".join(name.lower().translate(str.maketrans("äöüß", "aous")).split())
    path = f"{parent.path}/{slug}" if parent else slug
    found = session.scalar(select(Category).where(Category.path == path))
    if found is None:
        found = Category(slug=slug, path=path, name=name, parent_id=parent.id if parent else None, **values)
        session.add(found)
        session.flush()
    return found


def make_manufacturer(session: Session, name: str = "Nordtec") -> Manufacturer:
    """A maker; one of the same name is taken again."""
    found = session.scalar(select(Manufacturer).where(Manufacturer.name == name))
    if found is None:
        found = Manufacturer(name=name)
        session.add(found)
        session.flush()
    return found


def make_product(
    session: Session,
    name: str = "Nordbook 14 G3",
    *,
    net: str | None = "899.00",
    monthly: str | None = None,
    tiers: Mapping[int, str] | None = None,
    stock: int | None = 5,
    category: Category | None = None,
    manufacturer: str | None = "Nordtec",
    attributes: Mapping[str, str] | None = None,
    parts: Mapping[Product, int] | None = None,
    minimum_term_months: int = 0,
    notice_period: str = "",
    form: list[Any] | None = None,
    **values: Any,
) -> Product:
    """An article with its list price and stock; `monthly` makes a service of it, `parts` a bundle.

    `tiers` are further one-off prices by quantity, `attributes` texts by label; `net=None` leaves the price out.
    """
    number = values.pop("number", None) or f"AR-{next(_serial):06d}"
    kind = values.pop("kind", ProductKind.SERVICE if monthly else ProductKind.BUNDLE if parts else ProductKind.HARDWARE)
    category = category or make_category(session)
    maker = make_manufacturer(session, manufacturer) if manufacturer else None
    values.setdefault("created_at", CREATED)
    product = Product(number=number, name=name, kind=kind, category_id=category.id, manufacturer_id=maker and maker.id, **values)
    product.search_text = search_text_for(
        number,
        name,
        manufacturer or "",
        product.manufacturer_number or "",
        product.gtin or "",
        product.short_description or "",
        [category.name],
        (attributes or {}).values(),
    )
    session.add(product)
    session.flush()
    if net is not None:
        make_price(session, product, net)
    if monthly is not None:
        make_price(session, product, monthly, charge=Charge.MONTHLY)
    for quantity, tier in (tiers or {}).items():
        make_price(session, product, tier, min_quantity=quantity)
    for label, text in (attributes or {}).items():
        make_attribute(session, product, label, text)
    if kind is ProductKind.SERVICE:
        session.add(
            ServicePlan(
                product_id=product.id, minimum_term_months=minimum_term_months, notice_period=notice_period, form=form or []
            )
        )
    elif kind is ProductKind.BUNDLE:
        session.add_all(BundleItem(bundle_id=product.id, product_id=p.id, quantity=n) for p, n in (parts or {}).items())
    elif stock is not None:
        make_stock(session, product, stock)
    session.flush()
    return product


def make_price(session: Session, product: Product, net: str, **values: Any) -> Price:
    """A list price, one-off from one piece on unless told otherwise."""
    price = Price(product_id=product.id, unit_net=Decimal(net), **{"valid_from": LONG_AGO, **values})
    session.add(price)
    session.flush()
    return price


def make_stock(session: Session, product: Product, available: int) -> Stock:
    """So many pieces that can be promised, and the movement they came with."""
    stock = Stock(product_id=product.id, available=available)
    session.add(stock)
    session.add(StockMovement(product_id=product.id, quantity=available, reason="Anfangsbestand", at=CREATED))
    session.flush()
    return stock


def make_attribute(session: Session, product: Product, label: str, text: str, **values: Any) -> ProductAttribute:
    """A property of the article; `kind`, `unit`, `position` go to the property itself."""
    number = values.pop("number", None)
    key = values.pop("key", label.lower().replace(" ", "_"))
    attribute = session.scalar(select(Attribute).where(Attribute.key == key))
    if attribute is None:
        attribute = Attribute(key=key, label=label, **{"kind": AttributeKind.TEXT, **values})
        session.add(attribute)
        session.flush()
    value = ProductAttribute(product_id=product.id, attribute_id=attribute.id, text=text, number=number)
    session.add(value)
    session.flush()
    return value


def make_contract(
    session: Session,
    prices: Mapping[Product, str | Mapping[int, str]],
    *,
    organisations: Iterable[Organisation] = (),
    charge: Charge = Charge.ONCE,
    max_quantity_per_order: int | None = None,
    **values: Any,
) -> FrameworkContract:
    """A usable framework contract over these articles, for the organisations named or, without any, for all.

    The price of an article is one text, or texts by quantity.
    """
    named = list(organisations)
    defaults: dict[str, Any] = {
        "number": f"RV-2026-{next(_serial):03d}",
        "title": "Arbeitsplatzgeräte",
        "supplier": "Nordtec Systemhaus GmbH",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 12, 31),
        "for_all": not named,
        "max_value": Decimal("1000000.00"),
    }
    contract = FrameworkContract(**{**defaults, **values})
    session.add(contract)
    session.flush()
    session.add_all(ContractOrganisation(contract_id=contract.id, organisation_id=one.id) for one in named)
    for number, (product, price) in enumerate(prices.items(), start=1):
        position = ContractPosition(
            contract_id=contract.id, product_id=product.id, position=number, max_quantity_per_order=max_quantity_per_order
        )
        session.add(position)
        session.flush()
        steps = {1: price} if isinstance(price, str) else price
        session.add_all(
            ContractPrice(position_id=position.id, charge=charge, min_quantity=quantity, unit_net=Decimal(net))
            for quantity, net in steps.items()
        )
    session.flush()
    return contract


# --- carts ------------------------------------------------------------------------------------------------------------


def make_cart(
    session: Session,
    owner: Person | Actor,
    lines: Mapping[Product, int] | None = None,
    *,
    organisation: Organisation | None = None,
    cost_centre: CostCentre | None = None,
    current: bool = True,
    **values: Any,
) -> Cart:
    """A cart with these articles and quantities, and the one its owner works with now unless `current=False`."""
    actor = owner if isinstance(owner, Actor) else actor_of(session, owner, organisation)
    defaults: dict[str, Any] = {"name": "Warenkorb", "created_at": CREATED, "updated_at": CREATED}
    cart = Cart(organisation_id=actor.organisation_id, owner_id=actor.person_id, **{**defaults, **values})
    session.add(cart)
    session.flush()
    for product, quantity in (lines or {}).items():
        make_cart_line(session, cart, product, quantity, cost_centre=cost_centre)
    if current:
        session.merge(CartChoice(person_id=actor.person_id, organisation_id=actor.organisation_id, cart_id=cart.id))
        session.flush()
    return cart


def make_cart_line(
    session: Session, cart: Cart, product: Product, quantity: int = 1, *, cost_centre: CostCentre | None = None, **values: Any
) -> CartLine:
    """A line at the end of a cart, never shown yet unless `seen_*` say so."""
    last = session.scalar(select(func.max(CartLine.position)).where(CartLine.cart_id == cart.id)) or 0
    line = CartLine(
        organisation_id=cart.organisation_id,
        cart_id=cart.id,
        position=last + 1,
        product_id=product.id,
        quantity=quantity,
        cost_centre_id=cost_centre.id if cost_centre else None,
        **values,
    )
    session.add(line)
    session.flush()
    return line
