"""Step 1 of 3, the cart. It stands here, and not in `cart`, because it says who will approve and what budgets bear.

All lines are one form; its buttons say what else to do. Whatever the button, what was typed is saved first, or nothing
happens at all and the page comes back with everything as it was typed.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webshop.cart import services
from webshop.cart.blueprints import bp
from webshop.cart.errors import AlreadyOrdered, LinesChanged, LinesWrong, NoSuchLine, WrongCostCentre
from webshop.cart.forms import TypedLine, cart_id_of, typed_lines, uuid_of
from webshop.cart.models import Cart, stamp
from webshop.cart.queries import cart_for, changed_by, current_cart
from webshop.catalog.models import Product
from webshop.checkout.draft import BudgetView, Review, ReviewLine
from webshop.checkout.errors import Unconfirmed
from webshop.checkout.ordered import to_the_order
from webshop.checkout.review import review
from webshop.checkout.route import route_sentences
from webshop.core import formats
from webshop.core.actor import Actor, Role
from webshop.core.clock import utcnow
from webshop.core.errors import Invalid, ShopError
from webshop.core.money import Totals
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say
from webshop.web.filters import language
from webshop.web.paging import Page, page_number

LINES_A_PAGE = 50
BUDGETS_SHOWN = 4

Message = tuple[Any, str]
"""What to tell once all is saved, and its kind."""
Act = Callable[[Cart, Actor, datetime], Message]


@bp.get("/warenkorb")
@needs(Role.BUYER)
def show() -> ResponseReturnValue:
    """The cart the person works with."""
    cart = current_cart(session(), current_actor())
    if cart is None:
        return render_template("cart/empty.html", cart=None)
    return _page(cart, current=True)


@bp.post("/warenkorb/aendern")
@needs(Role.BUYER)
def change() -> ResponseReturnValue:
    """Quantity, cost centre and note of all lines at once."""
    return _save()


@bp.post("/warenkorb/entfernen")
@needs(Role.BUYER)
def remove() -> ResponseReturnValue:
    """A line out of the cart, with a way back."""
    line_id = _line_id()

    def act(cart: Cart, actor: Actor, now: datetime) -> Message:
        product = services.remove_line(session(), cart, line_id, actor=actor, now=now)
        message = {
            "text": _("%(name)s ist entfernt.", name=product.name),
            "undo_url": url_for("cart.restore"),
            "fields": {"cart": str(cart.id), "line": str(line_id)},
        }
        return message, "success"

    return _save(act, without=line_id)


@bp.post("/warenkorb/ersetzen")
@needs(Role.BUYER)
def replace() -> ResponseReturnValue:
    """The successor in place of a withdrawn article."""
    line_id = _line_id()

    def act(cart: Cart, actor: Actor, now: datetime) -> Message:
        line = services.replace_line(session(), cart, line_id, actor=actor, now=now)
        return _("Die Position enthält jetzt den Nachfolger %(name)s.", name=line.product.name), "success"

    return _save(act, anchor=line_id)


@bp.post("/warenkorb/bestaetigen")
@needs(Role.BUYER)
def confirm_changes() -> ResponseReturnValue:
    """The person agrees to the prices and availabilities that the page showed: of one line, or of all."""
    one = uuid_of(request.form.get("line"))
    shown = {
        line_id: value
        for key, value in request.form.items()
        if key.startswith("shown-") and (line_id := uuid_of(key.removeprefix("shown-"))) and one in (None, line_id)
    }

    def act(cart: Cart, actor: Actor, now: datetime) -> Message:
        count = services.confirm_changes(session(), cart, shown, actor=actor, now=now)
        if count:
            return ngettext("%(num)d Änderung ist bestätigt.", "%(num)d Änderungen sind bestätigt.", count), "success"
        return _("Es hat sich inzwischen noch einmal etwas geändert. Prüfen Sie die neuen Angaben."), "warning"

    return _save(act, anchor=one)


@bp.post("/warenkorb/kostenstelle")
@needs(Role.BUYER)
def assign_cost_centre() -> ResponseReturnValue:
    """One cost centre for all lines that have none."""
    wanted = uuid_of(request.form.get("cost_centre"))

    def act(cart: Cart, actor: Actor, now: datetime) -> Message:
        if wanted is None:
            raise WrongCostCentre
        count = services.assign_cost_centre(session(), cart, wanted, actor=actor, now=now)
        message = ngettext(
            "%(num)d Position hat jetzt eine Kostenstelle.", "%(num)d Positionen haben jetzt eine Kostenstelle.", count
        )
        return message, "success"

    return _save(act)


def _line_id() -> UUID:
    found = uuid_of(request.form.get("line"))
    if found is None:
        raise NoSuchLine
    return found


def _save(act: Act | None = None, *, without: UUID | None = None, anchor: UUID | None = None) -> ResponseReturnValue:
    """Save what was typed, then do what the button says; both or neither."""
    actor, now = current_actor(), utcnow()
    cart_id = cart_id_of(request.form)
    try:
        cart = cart_for(session(), actor, cart_id, lock=True)
    except AlreadyOrdered as error:
        return to_the_order(error.cart_id)
    typed = {line_id: line for line_id, line in typed_lines(request.form).items() if line_id != without}
    changes = {line_id: found for line_id, line in typed.items() if (found := line.change())}
    if len(changes) < len(typed):
        return _page(cart, typed=typed), 422
    try:
        changed = services.change_lines(session(), cart, changes, actor=actor, now=now)
        message = act(cart, actor, now) if act else None
        services.choose(session(), cart, actor=actor)
        session().commit()
    except LinesChanged as error:
        session().rollback()
        return _page(cart_for(session(), actor, cart_id), typed=typed, conflicts=error.line_ids), 409
    except LinesWrong as error:
        session().rollback()
        for line_id, problem in error.problems.items():
            typed[line_id].errors[problem.field or "quantity"] = problem
        return _page(cart_for(session(), actor, cart_id), typed=typed), 422
    except Invalid as error:
        session().rollback()
        return _page(cart_for(session(), actor, cart_id), typed=typed, problem=error), 422
    if message:
        flash(*message)
    if request.form.get("weiter") == "lieferung":
        return redirect(url_for("checkout.delivery"), 303)
    target = anchor or (next(iter(changed)) if len(changed) == 1 else None)
    page = request.form.get("seite", "")
    return redirect(
        url_for(
            "cart.show", seite=page if page.isdigit() and page != "1" else None, _anchor=f"zeile-{target}" if target else None
        ),
        303,
    )


# --- the page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line as the page shows it: as it is, or as it was typed."""

    line: ReviewLine
    typed: TypedLine | None = None
    conflict: bool = False
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        """The line's id."""
        return self.line.line_id

    @property
    def quantity(self) -> str:
        """What stands in the quantity field."""
        return self.typed.quantity if self.typed else str(self.line.quantity)

    @property
    def cost_centre(self) -> str:
        """The value that is chosen in the select."""
        return self.typed.cost_centre if self.typed else str(self.line.line.cost_centre_id or "")

    @property
    def note(self) -> str:
        """What stands in the note field."""
        return self.typed.note if self.typed else self.line.note

    @property
    def errors(self) -> dict[str, str]:
        """Sentences by field."""
        return {name: say(error) for name, error in self.typed.errors.items()} if self.typed else {}

    @property
    def seen(self) -> str:
        """The stamp of what the page shows as the state now."""
        return self.line.line.stamp

    @property
    def shown(self) -> str:
        """The stamp of price and availability, for the confirmation."""
        return stamp(self.line.price.unit_net, self.line.price.monthly_net, self.line.in_stock)


@dataclass(frozen=True)
class Group:
    """One-off or monthly lines."""

    key: str
    title: str
    note: str
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True)
class Gone:
    """A line that somebody removed while this person changed it."""

    line_id: UUID
    name: str
    quantity: str


def _page(
    cart: Cart,
    *,
    typed: Mapping[UUID, TypedLine] | None = None,
    conflicts: frozenset[UUID] = frozenset(),
    problem: ShopError | None = None,
    current: bool = False,
) -> str:
    draft = review(session(), cart, now=utcnow(), requester_id=current_actor().person_id)
    typed = typed or {}
    if current:
        g.cart_lines = len(draft.lines)  # the frame need not count them again
    if not draft.lines and not conflicts:
        return render_template("cart/empty.html", cart=cart)
    problems = _problems(draft)
    rows = [
        Row(line, typed.get(line.line_id), line.line_id in conflicts, tuple(problems[f"line-{line.line_id}"]))
        for line in _ordered(draft)
    ]
    page = Page(_page_number(rows), LINES_A_PAGE, len(rows), _page_url)
    return render_template(
        "cart/show.html",
        cart=cart,
        draft=draft,
        page=page,
        groups=_groups(rows[page.offset : page.offset + LINES_A_PAGE]),
        attention=[
            (_page_url(index // LINES_A_PAGE + 1, row.id), row)
            for index, row in enumerate(rows)
            if row.problems or row.line.drift
        ],
        errors=[(f"{name}-{row.id}", sentence) for row in rows for name, sentence in row.errors.items()],
        conflicts=[row for row in rows if row.conflict],
        gone=_gone(cart, typed, conflicts - {row.id for row in rows}),
        changed_by=changed_by(session(), cart) if conflicts else "",
        problem=say(problem) if problem else "",
        drifted=[row for row in rows if row.line.drift],
        bare=sum(1 for line in draft.lines if not any(share.orderable for share in line.shares)),
        once_sums=_sums(draft.once, _("Einmalig netto"), _("Einmalig brutto")),
        monthly_sums=_sums(draft.monthly, _("Monatlich netto"), _("Monatlich brutto")),
        budgets=(budgets := _most_pressing(draft))[:BUDGETS_SHOWN],
        more_budgets=max(0, len(budgets) - BUDGETS_SHOWN),
        route=route_sentences(draft),
    )


def _page_url(number: int, line_id: UUID | None = None) -> str:
    return url_for("cart.show", seite=number if number > 1 else None, _anchor=f"zeile-{line_id}" if line_id else None)


def _page_number(rows: Sequence[Row]) -> int:
    """The page that was asked for, or that the form stood on; at most the last one there is."""
    asked = page_number(request.values.get("seite"))
    return min(asked, max(1, -(-len(rows) // LINES_A_PAGE)))


def _ordered(draft: Review) -> list[ReviewLine]:
    """One-off lines first, then monthly ones, each in the order of the cart."""
    return sorted(draft.lines, key=lambda line: bool(line.price.monthly_net))


def _problems(draft: Review) -> defaultdict[str, list[str]]:
    """Sentences by place; what only needs a confirmation has a note of its own."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in draft.problems:
        if not isinstance(error, Unconfirmed):
            found[error.field or ""].append(say(error))
    return found


def _groups(rows: Sequence[Row]) -> list[Group]:
    once = tuple(row for row in rows if not row.line.price.monthly_net)
    monthly = tuple(row for row in rows if row.line.price.monthly_net)
    groups = [Group("einmalig", _("Einmalig"), _until(once), once), Group("monatlich", _("Monatlich"), _terms(monthly), monthly)]
    return [group for group in groups if group.rows]


def _until(rows: Sequence[Row]) -> str:
    """By when everything of the group is there."""
    if not rows:
        return ""
    return _("Lieferung bis %(day)s", day=formats.day(max(row.line.promised_date for row in rows), language()))


def _terms(rows: Sequence[Row]) -> str:
    """The minimum terms of the group."""
    months = sorted({row.line.minimum_term_months for row in rows} - {0})
    if not months:
        return ""
    if len(months) == 1:
        return ngettext("Mindestlaufzeit %(num)d Monat", "Mindestlaufzeit %(num)d Monate", months[0])
    return _("Mindestlaufzeiten %(least)d bis %(most)d Monate", least=months[0], most=months[-1])


def _sums(sums: Totals, net: str, gross: str) -> list[tuple[str, Decimal, str]]:
    taxes = [
        (_("USt %(rate)s", rate=formats.percent(group.vat_rate, language())), group.tax, "") for group in sums.groups if group.net
    ]
    return [(net, sums.net, ""), *taxes, (gross, sums.gross, "total")]


def _gone(cart: Cart, typed: Mapping[UUID, TypedLine], line_ids: frozenset[UUID]) -> list[Gone]:
    kept = {UUID(row["id"]): row for row in cart.removed}
    return [
        Gone(line_id, session().get_one(Product, kept[line_id]["product"]).name, typed[line_id].quantity)
        for line_id in line_ids
        if line_id in kept and line_id in typed
    ]


def _most_pressing(draft: Review) -> list[BudgetView]:
    """The budgets, those that have least left afterwards first."""
    return sorted((view for view in draft.budgets if view.budget), key=lambda view: view.free_after)
