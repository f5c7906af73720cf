"""A cart as it would be ordered now, as plain values: what the review page shows and `submission` makes an order of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from webshop.approvals.routes import PlannedStep
from webshop.cart.models import Cart, CartLine, ShareKind
from webshop.cart.offers import Drift
from webshop.catalog.models import Product
from webshop.catalog.pricing import ArticlePrice
from webshop.checkout import content
from webshop.core.errors import ShopError
from webshop.core.money import ZERO, Totals
from webshop.organisations.models import Address, Budget, CostCentre, Organisation


@dataclass(frozen=True)
class ReviewShare:
    """What a cost centre bears of a line."""

    cost_centre: CostCentre
    kind: ShareKind | None
    """None where one cost centre bears all."""
    weight: Decimal
    weight_label: str
    net: Decimal
    monthly_net: Decimal
    orderable: bool = True
    """False where the person who submits may not order for it."""


@dataclass(frozen=True)
class ReviewDelivery:
    """What of a line goes where."""

    address: Address
    quantity: int


@dataclass(frozen=True)
class ReviewPart:
    """A part of a bundle, for the whole line."""

    product_id: int
    number: str
    name: str
    quantity: int


@dataclass(frozen=True)
class ReviewLine:
    """A line with everything that an order line will say."""

    line: CartLine
    product: Product
    successor: Product | None
    """What replaces a withdrawn article."""
    picture: str
    manufacturer: str
    quantity: int
    note: str
    price: ArticlePrice
    net: Decimal
    monthly_net: Decimal
    minimum_term_months: int
    in_stock: bool
    promised_date: date
    drift: Drift | None
    """What changed since it was last shown in the cart; to be confirmed there."""
    shares: tuple[ReviewShare, ...]
    deliveries: tuple[ReviewDelivery, ...]
    parts: tuple[ReviewPart, ...]

    @property
    def line_id(self) -> UUID:
        """The cart line's id."""
        return self.line.id

    @property
    def value_net(self) -> Decimal:
        """One-off net plus monthly net over the minimum term (at least one month)."""
        return self.net + self.monthly_net * max(self.minimum_term_months, 1)


@dataclass(frozen=True)
class BudgetView:
    """A cost centre's budget of this year, with what this order would bind (gross)."""

    cost_centre: CostCentre
    budget: Budget | None
    amount: Decimal

    @property
    def free_after(self) -> Decimal:
        """What is left afterwards; negative where it does not reach."""
        return self.budget.free - self.amount if self.budget else ZERO

    @property
    def exceeded(self) -> bool:
        """True where the budget does not reach (a hard one stops the order)."""
        return self.budget is not None and self.free_after < 0


@dataclass(frozen=True)
class Review:
    """The whole cart, ready to be shown or ordered."""

    cart: Cart
    organisation: Organisation
    address: Address | None
    lines: tuple[ReviewLine, ...]
    once: Totals
    monthly: Totals
    value_net: Decimal
    budgets: tuple[BudgetView, ...]
    route: tuple[PlannedStep, ...]
    """The approvals that it needs; empty: none."""
    problems: tuple[ShopError, ...]
    choices: tuple[CostCentre, ...]
    """The cost centres for which the person may order today."""

    @property
    def content_hash(self) -> str:
        """The hash of what the review page shows: the buyer agrees to exactly this."""
        cart = self.cart
        head = [
            cart.address_id,
            cart.desired_date,
            cart.reference,
            cart.subject,
            cart.contact_name,
            cart.contact_phone,
            cart.note,
        ]
        return content.digest({"head": head, "lines": [_shown_line(line) for line in self.lines], "value": self.value_net})

    @property
    def promised_date(self) -> date | None:
        """When the last line is promised."""
        return max((line.promised_date for line in self.lines), default=None)


def _shown_line(line: ReviewLine) -> list[Any]:
    return [
        line.product.number,
        line.quantity,
        line.price.unit_net,
        line.product.price_base_quantity,
        line.price.monthly_net,
        line.minimum_term_months,
        line.product.vat_rate,
        line.price.contract_number,
        line.in_stock,
        line.promised_date,
        line.note,
        [[share.cost_centre.id, share.weight, share.net, share.monthly_net] for share in line.shares],
        [[part.address.id, part.quantity] for part in line.deliveries],
    ]
