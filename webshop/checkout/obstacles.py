"""What stands in the way of ordering a cart, as sentences at the place where they can be mended."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from webshop.cart.models import Cart, ShareKind
from webshop.catalog.models import ProductStatus
from webshop.checkout.draft import BudgetView, ReviewLine
from webshop.checkout.errors import NotOrderable, Unconfirmed
from webshop.core.errors import ShopError
from webshop.core.formats import Worded, eur, whole
from webshop.core.i18n import N_
from webshop.organisations.models import Address, CostCentre, Organisation

HUNDRED = Decimal(100)


def line_problems(line: ReviewLine, day: date) -> list[ShopError]:
    product, field = line.product, f"line-{line.line_id}"
    found: list[ShopError] = []

    def problem(message: str, **params: object) -> None:
        found.append(NotOrderable(message, field=field, title=product.name, **params))

    if product.status != ProductStatus.ACTIVE:
        problem(N_("%(title)s ist nicht mehr lieferbar. Entfernen Sie die Position oder wählen Sie den Nachfolger."))
    elif not line.price.has_price:
        problem(N_("Für %(title)s ist kein Preis hinterlegt. Stellen Sie eine Anfrage an den Vertrieb."))
    if line.quantity > product.max_quantity:
        problem(N_("Von %(title)s sind höchstens %(max)s je Position möglich."), max=Worded(whole, product.max_quantity))
    if line.drift is not None:
        message = N_("Preis oder Verfügbarkeit von %(title)s hat sich geändert. Bestätigen Sie die Änderung im Warenkorb.")
        found.append(Unconfirmed(message, field=field, title=product.name))
    limit = line.price.max_per_order
    if limit is not None and line.quantity > limit:
        problem(N_("Aus dem Rahmenvertrag sind von %(title)s höchstens %(max)s je Bestellung möglich."), max=Worded(whole, limit))
    if not line.shares:
        problem(N_("Wählen Sie für %(title)s eine Kostenstelle."))
    for share in line.shares:
        if not _valid(share.cost_centre, day):
            problem(N_("Die Kostenstelle %(number)s bei %(title)s gilt heute nicht."), number=share.cost_centre.number)
        elif not share.orderable:
            problem(
                N_("Für die Kostenstelle %(number)s bei %(title)s dürfen Sie nicht bestellen."), number=share.cost_centre.number
            )
    if line.deliveries and sum(part.quantity for part in line.deliveries) != line.quantity:
        problem(N_("Die Aufteilung von %(title)s auf Adressen ergibt nicht die bestellte Menge."))
    if any(not part.address.active for part in line.deliveries):
        problem(N_("Eine Lieferadresse von %(title)s gibt es nicht mehr. Wählen Sie eine andere."))
    weights = [share.weight for share in line.shares]
    wanted = Decimal(line.quantity) if line.shares and line.shares[0].kind == ShareKind.QUANTITY else HUNDRED
    if weights and sum(weights) != wanted:
        problem(N_("Die Aufteilung von %(title)s auf Kostenstellen geht nicht auf."))
    return found


def _valid(cost_centre: CostCentre, day: date) -> bool:
    after_start = cost_centre.valid_from is None or cost_centre.valid_from <= day
    return after_start and (cost_centre.valid_to is None or cost_centre.valid_to >= day)


def head_problems(
    cart: Cart, organisation: Organisation, address: Address | None, lines: Sequence[ReviewLine], day: date
) -> list[ShopError]:
    found: list[ShopError] = []
    if not lines:
        found.append(NotOrderable(N_("Ihr Warenkorb ist leer.")))
    if any(not line.deliveries for line in lines) or (address is not None and not address.active):
        found.append(NotOrderable(N_("Wählen Sie eine Lieferadresse."), field="address"))
    started = organisation.member_from is None or organisation.member_from <= day
    if not started or (organisation.member_to is not None and organisation.member_to < day):
        found.append(
            NotOrderable(
                N_("Die Mitgliedschaft von %(name)s besteht heute nicht; bestellen können nur Mitglieder."),
                name=organisation.name,
            )
        )
    if cart.desired_date is not None and cart.desired_date <= day:
        found.append(NotOrderable(N_("Der Wunschtermin muss in der Zukunft liegen."), field="desired_date"))
    return found


def budget_problems(budgets: Iterable[BudgetView]) -> list[ShopError]:
    return [
        NotOrderable(
            N_(
                "Das Budget der Kostenstelle %(number)s reicht nicht: "
                "frei sind %(free)s, diese Bestellung bindet %(amount)s brutto."
            ),
            number=view.cost_centre.number,
            free=Worded(eur, view.budget.free),
            amount=Worded(eur, view.amount),
        )
        for view in budgets
        if view.budget is not None and view.budget.hard and view.exceeded
    ]
