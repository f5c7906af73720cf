"""Making an order of a cart: one form one order, one cart one order, all or nothing (R-2, R-3, R-4)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webshop.approvals import services as approvals
from webshop.audit import services as audit
from webshop.cart.models import Cart, CartChoice, CartState
from webshop.catalog import contracts, stock
from webshop.catalog.models import ProductKind
from webshop.checkout import content
from webshop.checkout.decisions import approve, load
from webshop.checkout.draft import Review, ReviewLine
from webshop.checkout.errors import AlreadyOrdered, CartChanged, OfferChanged, SameKeyOtherContent
from webshop.checkout.notices import ask_approvers, tell_person
from webshop.checkout.review import review
from webshop.config import Provider
from webshop.core import numbers
from webshop.core.actor import Actor
from webshop.core.clock import fiscal_year
from webshop.core.formats import eur
from webshop.orders import mails
from webshop.orders.models import Order, OrderLine, OrderLineDelivery, OrderLinePart, OrderLineShare
from webshop.organisations import budgets


def submit(
    session: Session,
    cart: Cart,
    *,
    actor: Actor,
    now: datetime,
    provider: Provider,
    checkout_key: str,
    content_hash: str,
    cart_version: int,
) -> Order:
    """Order what the review page showed, exactly once.

    `checkout_key` was made when the page was rendered, `content_hash` and `cart_version` say what it showed. The same
    key again returns the same order. Raises SameKeyOtherContent, AlreadyOrdered, CartChanged or OfferChanged where
    the form is not what the database holds now; the first obstacle of the review; ContractExhausted, BudgetExceeded.
    """
    earlier = _ordered_by(session, cart, checkout_key, content_hash)
    if earlier is not None:
        return earlier
    if not _take_cart(session, cart, cart_version, now):
        return _who_was_faster(session, cart, checkout_key, content_hash)
    draft = review(session, cart, now=now, requester_id=actor.person_id)
    if draft.content_hash != content_hash:
        raise OfferChanged
    if draft.problems:
        raise draft.problems[0]
    ids = {line.line_id: uuid4() for line in draft.lines}
    held = _reserve_stock(session, draft, ids)
    contracts.call_off(
        session,
        [
            (ids[line.line_id], line.price.contract_id, line.quantity, line.value_net)
            for line in draft.lines
            if line.price.contract_id is not None
        ],
    )
    order = _order(draft, actor=actor, now=now, number=numbers.draw(session, "BE", now=now))
    order.checkout_key, order.checkout_hash, order.content_hash = checkout_key, content_hash, ""
    budgets.reserve(
        session,
        order.organisation_id,
        {view.cost_centre.id: view.amount for view in draft.budgets},
        reference=order.number,
        year=fiscal_year(now),
    )
    session.add(order)
    session.flush()
    for position, line in enumerate(draft.lines, start=1):
        session.add_all(_line_rows(order, line, ids[line.line_id], position, held))
    session.flush()
    order = load(session, order.id)
    order.content_hash = content.ordered(order)
    session.execute(delete(CartChoice).where(CartChoice.cart_id == cart.id))
    _record(session, order, actor=actor, now=now)
    _send_on(session, order, draft, actor=actor, now=now, provider=provider)
    session.flush()
    return order


def _ordered_by(session: Session, cart: Cart, checkout_key: str, content_hash: str) -> Order | None:
    """The order that this form made before; SameKeyOtherContent where it was another form with the same key."""
    order = session.scalar(select(Order).where(Order.organisation_id == cart.organisation_id, Order.checkout_key == checkout_key))
    if order is not None and (order.checkout_hash != content_hash or order.cart_id != cart.id):
        raise SameKeyOtherContent(order.number)
    return order


def _take_cart(session: Session, cart: Cart, version: int, now: datetime) -> bool:
    """Open to ordered, if nobody changed or ordered it since the review: of two that try, one succeeds."""
    taken = session.scalar(
        update(Cart)
        .where(
            Cart.id == cart.id,
            Cart.organisation_id == cart.organisation_id,
            Cart.state == CartState.OPEN,
            Cart.version == version,
        )
        .values(state=CartState.ORDERED, version=Cart.version + 1, updated_at=now)
        .returning(Cart.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def _who_was_faster(session: Session, cart: Cart, checkout_key: str, content_hash: str) -> Order:
    """The cart could not be taken: by the same form at the same instant, by another form, or it was changed."""
    same = _ordered_by(session, cart, checkout_key, content_hash)
    if same is not None:
        return same
    number = session.scalar(select(Order.number).where(Order.organisation_id == cart.organisation_id, Order.cart_id == cart.id))
    if number is not None:
        raise AlreadyOrdered(number)
    raise CartChanged


def _reserve_stock(session: Session, draft: Review, ids: dict[UUID, UUID]) -> dict[tuple[UUID, int], int]:
    """Hold stock for goods and the parts of bundles; OfferChanged where less is there than the page said."""
    wanted: list[stock.Wanted] = []
    for line in draft.lines:
        if line.product.kind == ProductKind.HARDWARE:
            wanted.append((ids[line.line_id], line.product.id, line.quantity))
        wanted += [(ids[line.line_id], part.product_id, part.quantity) for part in line.parts]
    held = stock.reserve(session, wanted)
    promised = {ids[line.line_id] for line in draft.lines if line.in_stock}
    if any(line_id in promised and held.get((line_id, product_id), 0) < quantity for line_id, product_id, quantity in wanted):
        raise OfferChanged
    return held


def _order(draft: Review, *, actor: Actor, now: datetime, number: str) -> Order:
    cart, organisation = draft.cart, draft.organisation
    return Order(
        number=number,
        organisation_id=organisation.id,
        buyer_id=actor.person_id,
        cart_id=cart.id,
        submitted_at=now,
        subject=cart.subject or _subject(draft.lines),
        reference=cart.reference,
        desired_date=cart.desired_date,
        contact_name=cart.contact_name or actor.name,
        contact_phone=cart.contact_phone,
        note=cart.note,
        customer_number=organisation.number,
        customer_name=organisation.name,
        customer_street=organisation.street,
        customer_postcode=organisation.postcode,
        customer_city=organisation.city,
        net_once=draft.once.net,
        gross_once=draft.once.gross,
        net_monthly=draft.monthly.net,
        gross_monthly=draft.monthly.gross,
        value_net=draft.value_net,
    )


def _subject(lines: Sequence[ReviewLine]) -> str:
    """What an inbox calls the order: its dearest line, and how many more."""
    first = max(lines, key=lambda line: (line.value_net, -lines.index(line)))
    more = f" und {len(lines) - 1} weitere" if len(lines) > 1 else ""
    return f"{first.quantity} × {first.product.name}"[: 120 - len(more)] + more


def _line_rows(
    order: Order, line: ReviewLine, line_id: UUID, position: int, held: dict[tuple[UUID, int], int]
) -> list[OrderLine | OrderLineDelivery | OrderLineShare | OrderLinePart]:
    """One order line and what hangs on it, copied from the review."""
    product, tenant = line.product, order.organisation_id
    row = OrderLine(
        id=line_id,
        organisation_id=tenant,
        order_id=order.id,
        position=position,
        product_id=product.id,
        number=product.number,
        title=product.name,
        manufacturer=line.manufacturer,
        manufacturer_number=product.manufacturer_number,
        kind=product.kind,
        picture=line.picture,
        unit_code=product.unit_code,
        unit_label=product.unit_label,
        quantity=line.quantity,
        unit_net=line.price.unit_net,
        price_base_quantity=product.price_base_quantity,
        net=line.net,
        monthly_unit_net=line.price.monthly_net,
        monthly_net=line.monthly_net,
        minimum_term_months=line.minimum_term_months,
        vat_rate=product.vat_rate,
        contract_number=line.price.contract_number,
        in_stock=_pieces_in_stock(line, line_id, held),
        promised_date=line.promised_date,
        note=line.note,
    )
    deliveries = [
        OrderLineDelivery(
            line_id=line_id,
            position=index,
            organisation_id=tenant,
            address_id=part.address.id,
            label=part.address.label,
            street=part.address.street,
            postcode=part.address.postcode,
            city=part.address.city,
            note=part.address.note,
            quantity=part.quantity,
        )
        for index, part in enumerate(line.deliveries, start=1)
    ]
    shares = [
        OrderLineShare(
            line_id=line_id,
            position=index,
            organisation_id=tenant,
            cost_centre_id=share.cost_centre.id,
            number=share.cost_centre.number,
            name=share.cost_centre.name,
            weight_label=share.weight_label,
            net=share.net,
            monthly_net=share.monthly_net,
        )
        for index, share in enumerate(line.shares, start=1)
    ]
    parts = [
        OrderLinePart(
            line_id=line_id,
            position=index,
            organisation_id=tenant,
            product_id=part.product_id,
            number=part.number,
            title=part.name,
            quantity=part.quantity,
        )
        for index, part in enumerate(line.parts, start=1)
    ]
    return [row, *deliveries, *shares, *parts]


def _pieces_in_stock(line: ReviewLine, line_id: UUID, held: dict[tuple[UUID, int], int]) -> int:
    """Whole pieces that are held: of a bundle, as many as all its parts allow."""
    if not line.parts:
        return held.get((line_id, line.product.id), 0)
    return min(held.get((line_id, part.product_id), 0) * line.quantity // part.quantity for part in line.parts)


def _record(session: Session, order: Order, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        "order.submitted",
        subject=("order", order.id, order.number),
        actor=actor,
        now=now,
        organisation_id=order.organisation_id,
        reason=order.note,
        after={"state": order.state, "value_net": str(order.value_net), "content_hash": order.content_hash},
    )


def _send_on(session: Session, order: Order, draft: Review, *, actor: Actor, now: datetime, provider: Provider) -> None:
    """To the approvers, or, where the rules ask for nobody, straight on."""
    if not draft.route:
        limit = eur(Decimal(draft.organisation.approval_free_up_to))
        approve(session, order, actor=None, now=now, provider=provider, reason=f"Bis {limit} netto ohne Freigabe")
        return
    subject = ("order", order.id, order.number)
    rules = ". ".join(dict.fromkeys(step.rule for step in draft.route)) + "."
    audit.record(
        session, "approval.opened", subject=subject, actor=None, now=now, organisation_id=order.organisation_id, reason=rules
    )
    approvals.open_case(
        session,
        subject=subject,
        title=order.subject,
        organisation_id=order.organisation_id,
        requester_id=actor.person_id,
        value_net=order.value_net,
        content_hash=order.content_hash,
        steps=draft.route,
        now=now,
    )
    first = min(step.stage for step in draft.route)
    ask_approvers(
        session,
        order,
        [approver for step in draft.route if step.stage == first for approver in step.approvers],
        now=now,
    )
    tell_person(session, order, order.buyer, mails.submitted(order), now=now)
