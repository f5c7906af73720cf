"""Working out a cart as it stands at this moment: prices, promises, splits, budgets, approval route, obstacles.

The review page shows the result, `submission.submit` makes an order of it: one function for both, so that what was
shown is what is ordered. It costs a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from webshop.approvals.errors import NoApprover
from webshop.approvals.routes import plan, require_passable
from webshop.cart.models import Cart, CartLine, CartLineShare, ShareKind
from webshop.catalog import pricing
from webshop.catalog.models import Product, ProductKind
from webshop.catalog.stock import IN_STOCK_WORKDAYS, promise_date
from webshop.checkout.draft import BudgetView, Review, ReviewDelivery, ReviewLine, ReviewPart, ReviewShare
from webshop.checkout.obstacles import budget_problems, head_problems, line_problems
from webshop.checkout.reading import BundlePart, CostCentres, cost_centres_of, deliveries_of, parts_of, rows_of, shares_of
from webshop.core.clock import berlin_date
from webshop.core.errors import ShopError
from webshop.core.formats import NBSP, decimal, whole
from webshop.core.money import ZERO, Amount, line_net, split, totals
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
    rows = rows_of(session, cart)
    deliveries = deliveries_of(session, cart)
    shares = shares_of(session, cart)
    cost_centres = cost_centres_of(session, cart.organisation_id, rows, shares, day.year)
    parts = parts_of(session, [row.Product for row in rows])
    prices = pricing.prices_for(session, cart.organisation_id, _quantities(rows), day=day)
    problems: list[ShopError] = []
    left: dict[int, int] = {}
    lines = []
    for row in rows:
        line = _line(row, prices, parts, left, address, deliveries, shares, cost_centres, day)
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
    )


def _quantities(rows: Iterable[Any]) -> dict[int, int]:
    """Pieces by article: tiers count over all lines of the cart."""
    quantities: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        quantities[row.CartLine.product_id] += row.CartLine.quantity
    return dict(quantities)


def _line(
    row: Any,
    prices: Mapping[int, pricing.ArticlePrice],
    parts: Mapping[int, list[BundlePart]],
    left: dict[int, int],
    address: Address | None,
    deliveries: Mapping[UUID, list[ReviewDelivery]],
    shares: Mapping[UUID, list[CartLineShare]],
    cost_centres: CostCentres,
    day: date,
) -> ReviewLine:
    line, product = row.CartLine, row.Product
    price = prices[product.id]
    bundle = [ReviewPart(p.product_id, p.number, p.name, p.quantity * line.quantity) for p in parts.get(product.id, [])]
    stocks = {product.id: row.available or 0} | {p.product_id: p.available for p in parts.get(product.id, [])}
    needs = {part.product_id: part.quantity for part in bundle} or {product.id: line.quantity}
    in_stock = product.kind != ProductKind.SERVICE and _enough(needs, stocks, left)
    net = line_net(price.unit_net, line.quantity, product.price_base_quantity)
    monthly = line_net(price.monthly_net, line.quantity, product.price_base_quantity)
    single = [ReviewDelivery(address, line.quantity)] if address else []
    return ReviewLine(
        line_id=line.id,
        product=product,
        picture=row.picture,
        manufacturer=row.name or "",
        quantity=line.quantity,
        note=line.note,
        price=price,
        net=net,
        monthly_net=monthly,
        minimum_term_months=row.minimum_term_months or 0,
        in_stock=in_stock,
        promised_date=promise_date(day, IN_STOCK_WORKDAYS if in_stock else product.lead_time_days),
        shares=_line_shares(line, product, net, monthly, shares.get(line.id, []), cost_centres),
        deliveries=tuple(deliveries.get(line.id, single)),
        parts=tuple(bundle),
    )


def _enough(needs: Mapping[int, int], stocks: Mapping[int, int], left: dict[int, int]) -> bool:
    """True where all parts are in stock; earlier lines of the same cart have taken theirs."""
    for product_id in needs:
        left.setdefault(product_id, stocks.get(product_id, 0))
    enough = all(left[product_id] >= quantity for product_id, quantity in needs.items())
    for product_id, quantity in needs.items():
        left[product_id] -= min(quantity, left[product_id])
    return enough


def _line_shares(
    line: CartLine, product: Product, net: Decimal, monthly: Decimal, shares: Sequence[CartLineShare], cost_centres: CostCentres
) -> tuple[ReviewShare, ...]:
    """The line's cost centres with their cents; largest remainder (`money.split`)."""
    if not shares:
        if line.cost_centre_id is None or line.cost_centre_id not in cost_centres:
            return ()
        return (ReviewShare(cost_centres[line.cost_centre_id][0], None, HUNDRED, "", net, monthly),)
    weights = [share.weight for share in shares]
    amounts = zip(shares, split(net, weights), split(monthly, weights), strict=True)
    return tuple(
        ReviewShare(
            cost_centres[share.cost_centre_id][0], share.kind, share.weight, _weight_label(share, product), part, part_monthly
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
        BudgetView(cost_centre, budget, effect(totals(once[key]).gross, totals(monthly[key]).gross, day))
        for key, (cost_centre, budget) in cost_centres.items()
        if key in once
    )
