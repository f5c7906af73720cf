"""What the forms of carts say: lines of a cart, names of carts, order lists, splits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from flask import request, url_for
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from webshop.cart.errors import NoSuchCart, WrongCostCentre
from webshop.cart.models import Cart, CartLine
from webshop.cart.services import LineChange
from webshop.core.errors import Invalid
from webshop.core.i18n import N_
from webshop.core.typed import one_line, whole_number
from webshop.web.forms import ShopForm, _l, tidy

T = TypeVar("T")

LONGEST_NAME: int = Cart.__table__.c.name.type.length  # type: ignore[attr-defined]
LONGEST_NOTE: int = CartLine.__table__.c.note.type.length  # type: ignore[attr-defined]
LONGEST_LIST = 1_000_000


def uuid_of(text: str | None) -> UUID | None:
    """The id in a form field; None for anything else."""
    try:
        return UUID(text) if text and len(text) == 36 else None
    except ValueError:
        return None


def cart_id_of(form: Mapping[str, str]) -> UUID:
    """The cart that a form is about; NoSuchCart where it names none."""
    found = uuid_of(form.get("cart"))
    if found is None:
        raise NoSuchCart
    return found


def number_of(text: str | None) -> int:
    """A number that a form carries along, such as a version; 0, which no version is, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def quantity_of(text: str) -> int:
    """A quantity as it was typed; Invalid with the sentence for its field."""
    if not text.strip():
        raise Invalid(N_("Geben Sie eine Menge ein."), field="quantity")
    try:
        return whole_number(text)
    except ValueError as error:
        raise Invalid(
            N_("Die Menge muss eine ganze Zahl sein, zum Beispiel 12. Vorzeichen und Kommas sind nicht möglich."),
            field="quantity",
        ) from error


def pieces_or_none(text: str) -> int:
    """A quantity as it was typed, 0 for anything else: for sums beside fields that name their own errors."""
    try:
        return quantity_of(text)
    except Invalid:
        return 0


def way_back() -> str:
    """Where a person came from to split lines: the cart or the delivery step."""
    return url_for("checkout.delivery") if request.values.get("zurueck") == "lieferung" else url_for("cart.show")


def note_of(text: str) -> str:
    """A line's note on one line; Invalid where it is too long."""
    note = one_line(text)
    if len(note) > LONGEST_NOTE:
        raise Invalid(N_("Kürzen Sie die Notiz auf höchstens %(limit)s Zeichen."), field="note", limit=LONGEST_NOTE)
    return note


# --- the lines of the cart's page --------------------------------------------------------------------------------------


@dataclass
class TypedLine:
    """What stands in the fields of one line, right or wrong, and what is wrong with it by field."""

    quantity: str = ""
    cost_centre: str = ""
    note: str = ""
    seen: str = ""
    errors: dict[str, Invalid] = field(default_factory=dict)

    def change(self) -> LineChange | None:
        """The line as it shall be; None, and the reasons in `errors`, where the fields do not say it."""
        quantity = self._read("quantity", quantity_of, self.quantity)
        note = self._read("note", note_of, self.note)
        cost_centre = uuid_of(self.cost_centre)
        if self.cost_centre and cost_centre is None:
            self.errors["cost_centre"] = WrongCostCentre()
        if self.errors or quantity is None or note is None:
            return None
        return LineChange(quantity, cost_centre, note, self.seen or None)

    def _read(self, name: str, read: Callable[[str], T], text: str) -> T | None:
        try:
            return read(text)
        except Invalid as error:
            self.errors[name] = error
            return None


def typed_lines(form: Mapping[str, str]) -> dict[UUID, TypedLine]:
    """The lines that a form shows, by their ids; only these four fields are read (S-7, S-9)."""
    ids = {line_id for key in form if key.startswith("quantity-") and (line_id := uuid_of(key.removeprefix("quantity-")))}
    return {
        line_id: TypedLine(
            quantity=form.get(f"quantity-{line_id}", ""),
            cost_centre=form.get(f"cost_centre-{line_id}", ""),
            note=form.get(f"note-{line_id}", ""),
            seen=form.get(f"seen-{line_id}", ""),
        )
        for line_id in ids
    }


# --- forms with WTForms ------------------------------------------------------------------------------------------------


class NameForm(ShopForm):
    """The name of a cart."""

    name = StringField(
        _l("Name des Warenkorbs"),
        filters=[tidy],
        validators=[
            DataRequired(message=_l("Geben Sie dem Warenkorb einen Namen.")),
            Length(max=LONGEST_NAME, message=_l("Kürzen Sie den Namen auf höchstens 80 Zeichen.")),
        ],
    )


class ListForm(ShopForm):
    """An order list: pasted or as a file."""

    list = TextAreaField(
        _l("Positionen einfügen"),
        validators=[Length(max=LONGEST_LIST, message=_l("Die Liste ist zu lang. Höchstens 2.000 Zeilen sind möglich."))],
    )
    file = FileField(_l("Datei hochladen"))
    version = HiddenField()
