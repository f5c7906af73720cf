"""Working out a cart as it stands at this moment: prices, promises, splits, budgets, approval route, obstacles.

The review page shows the result, `submission.submit` makes an order of it: one function for both, so that what was
shown is what is ordered. It costs a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from webshop.approvals.errors import NoApprover
from webshop.approvals.routes import plan, require_passable
from webshop.cart.models import Cart, CartLineShare, ShareKind
from webshop.cart.offers import Offer, offers
from webshop.catalog.models import Product
from webshop.checkout.draft import BudgetView, Review, ReviewDelivery, ReviewLine, ReviewPart, ReviewShare
from webshop.checkout.obstacles import budget_problems, head_problems, line_problems
from webshop.checkout.reading import CostCentres, cost_centres_of, deliveries_of, shares_of
from webshop.core.clock import berlin_date
from webshop.core.errors import ShopError
from webshop.core.formats import NBSP, decimal, whole
from webshop.core.money import ZERO, Amount, split, totals
from webshop.organisations.budgets import effect
from webshop.organisations.models import Address, Organisation

HUNDRED = Decimal(100)


def review(session: Session, cart: Cart, *, now: datetime, requester_id: UUID) -> Review:
    """Read the cart as it stands at this moment. `cart` must be visible to the person: the caller checked."""
    day = berlin_date(now)
    organisation, address = session.execute(
        select(Organisation, Address)
        .outerjoin(Address, and_(Address.id == cart.address_id, Address.organisation_id == Organisation.id))
        .where(Organisation.id == cart.organisation_id)
    ).one()
    found = offers(session, cart, day=day)
    deliveries = deliveries_of(session, cart)
    shares = shares_of(session, cart)
    cost_centres = cost_centres_of(session, cart.organisation_id, requester_id, day)
    problems: list[ShopError] = []
    lines = []
    for offer in found:
        line = _line(offer, address, deliveries, shares, cost_centres)
        problems += line_problems(line, day)
        lines.append(line)
    problems += head_problems(cart, organisation, address, lines, day)
    value = sum((line.value_net for line in lines), ZERO)
    budgets = _budgets(lines, cost_centres, day)
    problems += budget_problems(budgets)
    route = plan(
        session,
        organisation,
        requester_id=requester_id,
        value_net=value,
        cost_centre_ids=[view.cost_centre.id for view in budgets],
        day=day,
    )
    try:
        require_passable(route)
    except NoApprover as error:
        problems.append(error)
    return Review(
        cart=cart,
        organisation=organisation,
        address=address,
        lines=tuple(lines),
        once=totals(Amount(line.net, line.product.vat_rate) for line in lines),
        monthly=totals(Amount(line.monthly_net, line.product.vat_rate) for line in lines if line.monthly_net),
        value_net=value,
        budgets=budgets,
        route=tuple(route),
        problems=tuple(problems),
        choices=tuple(centre.cost_centre for centre in cost_centres.values() if centre.orderable),
    )


def _line(
    offer: Offer,
    address: Address | None,
    deliveries: Mapping[UUID, list[ReviewDelivery]],
    shares: Mapping[UUID, list[CartLineShare]],
    cost_centres: CostCentres,
) -> ReviewLine:
    line = offer.line
    single = [ReviewDelivery(address, line.quantity)] if address else []
    return ReviewLine(
        line=line,
        product=offer.product,
        successor=offer.successor,
        picture=offer.picture,
        manufacturer=offer.manufacturer,
        quantity=line.quantity,
        note=line.note,
        price=offer.price,
        net=offer.net,
        monthly_net=offer.monthly_net,
        minimum_term_months=offer.minimum_term_months,
        in_stock=offer.in_stock,
        promised_date=offer.promised_date,
        drift=offer.drift,
        shares=_line_shares(offer, shares.get(line.id, []), cost_centres),
        deliveries=tuple(deliveries.get(line.id, single)),
        parts=tuple(ReviewPart(p.product_id, p.number, p.name, p.quantity * line.quantity) for p in offer.parts),
    )


def _line_shares(offer: Offer, shares: Sequence[CartLineShare], cost_centres: CostCentres) -> tuple[ReviewShare, ...]:
    """The line's cost centres with their cents; largest remainder (`money.split`)."""
    if not shares:
        own = cost_centres.get(offer.line.cost_centre_id) if offer.line.cost_centre_id else None
        if own is None:
            return ()
        return (ReviewShare(own.cost_centre, None, HUNDRED, "", offer.net, offer.monthly_net, own.orderable),)
    weights = [share.weight for share in shares]
    amounts = zip(shares, split(offer.net, weights), split(offer.monthly_net, weights), strict=True)
    return tuple(
        ReviewShare(
            cost_centre=cost_centres[share.cost_centre_id].cost_centre,
            kind=share.kind,
            weight=share.weight,
            weight_label=_weight_label(share, offer.product),
            net=part,
            monthly_net=part_monthly,
            orderable=cost_centres[share.cost_centre_id].orderable,
        )
        for share, part, part_monthly in amounts
    )


def _weight_label(share: CartLineShare, product: Product) -> str:
    if share.kind == ShareKind.PERCENT:
        return f"{decimal(share.weight)}{NBSP}%"
    return f"{whole(int(share.weight))}{NBSP}{product.unit_label}"


def _budgets(lines: Sequence[ReviewLine], cost_centres: CostCentres, day: date) -> tuple[BudgetView, ...]:
    once: defaultdict[UUID, list[Amount]] = defaultdict(list)
    monthly: defaultdict[UUID, list[Amount]] = defaultdict(list)
    for line in lines:
        for share in line.shares:
            once[share.cost_centre.id].append(Amount(share.net, line.product.vat_rate))
            monthly[share.cost_centre.id].append(Amount(share.monthly_net, line.product.vat_rate))
    return tuple(
        BudgetView(centre.cost_centre, centre.budget, effect(totals(once[key]).gross, totals(monthly[key]).gross, day))
        for key, centre in cost_centres.items()
        if key in once
    )
