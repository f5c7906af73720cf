"""The list of orders: what the URL asks for, and what an export says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from webshop.core import formats, typed
from webshop.core.clock import berlin_date
from webshop.orders.queries import SORT_LABELS, OrderFilter, OrderRow, Sort
from webshop.orders.states import STATE_LABELS, OrderState
from webshop.web.exports import Cell
from webshop.web.filters import language

MAX_TEXT = 120
YEARS = range(2000, 2200)
STEADY = ("suche", "stand", "kunde", "von", "bis", "sortieren", "richtung")
"""The names in the query string, all but the page."""


@dataclass(frozen=True)
class Asked:
    """The filter of a URL, with what could not be read of it."""

    filter: OrderFilter
    given: Mapping[str, str]
    errors: Mapping[str, str]

    def url(self, endpoint: str = "orders.index", **changes: str | int | None) -> str:
        """The address of the same list with something changed; None takes a part out."""
        query: dict[str, Any] = {**self.given, **changes}
        return url_for(endpoint, **{key: value for key, value in query.items() if value not in (None, "")})

    def sort_url(self, sort: Sort) -> str:
        """The address of the list sorted by a column; a second click turns it round."""
        turn = self.filter.sort == sort and not self.filter.descending
        return self.url(sortieren=sort, richtung="ab" if turn else "auf")

    def columns(self, *, with_customer: bool) -> list[dict[str, Any]]:
        """The heads of the table, each with the address that sorts by it."""
        who = Sort.CUSTOMER if with_customer else Sort.BUYER
        return [
            {
                "label": _(SORT_LABELS[sort]),
                "kind": "amount" if sort == Sort.NET else "text",
                "url": self.sort_url(sort),
                "sorted": ("descending" if self.filter.descending else "ascending") if self.filter.sort == sort else None,
            }
            for sort in (Sort.NUMBER, Sort.DATE, who, Sort.STATE, Sort.NET)
        ]

    @property
    def state_options(self) -> list[tuple[str, str]]:
        """The choices of the state filter."""
        return [("", _("Alle")), *((state.value, _(label)) for state, label in STATE_LABELS.items())]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What the list is narrowed to, each with the address without it."""
        wanted, found = self.filter, []
        if wanted.state is not None:
            found.append((_(STATE_LABELS[wanted.state]), self.url(stand=None)))
        if wanted.text:
            found.append((_("„%(text)s“", text=wanted.text), self.url(suche=None)))
        if wanted.customer:
            found.append((_("Kunde: %(name)s", name=wanted.customer), self.url(kunde=None)))
        if wanted.since is not None:
            found.append((_("ab %(day)s", day=formats.day(wanted.since, language())), self.url(von=None)))
        if wanted.until is not None:
            found.append((_("bis %(day)s", day=formats.day(wanted.until, language())), self.url(bis=None)))
        return found


def asked(args: Mapping[str, str], today: date) -> Asked:
    """Read the query string; names and values that are none of ours are left out (S-23, S-34)."""
    given = {key: typed.one_line(args.get(key, ""))[:MAX_TEXT] for key in STEADY}
    errors: dict[str, str] = {}
    days = {key: _day(key, given[key], today, errors) for key in ("von", "bis")}
    state = OrderState(given["stand"]) if given["stand"] in set(OrderState) else None
    sort = Sort(given["sortieren"]) if given["sortieren"] in set(Sort) else Sort.DATE
    descending = given["richtung"] != "auf"
    wanted = OrderFilter(state, given["suche"], given["kunde"], days["von"], days["bis"], sort, descending)
    return Asked(wanted, {key: value for key, value in given.items() if value}, errors)


def _day(name: str, text: str, today: date, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = typed.day(text, today)
        if day.year not in YEARS:
            raise ValueError("no day of ours")
        return day
    except ValueError:
        errors[name] = _("„%(text)s“ ist kein Datum. Geben Sie es so ein: 23.11.2026.", text=text)
        return None


def export_head(*, with_customer: bool) -> Sequence[str]:
    """The titles of an export's columns."""
    customer = [_("Kundennummer"), _("Kunde")] if with_customer else []
    return [
        _("Bestellung"),
        _("Eingereicht am"),
        _("Stand"),
        *customer,
        _("Betreff"),
        _("Ihre Bestellnummer"),
        _("Bestellt von"),
        _("Positionen"),
        _("Einmalig netto"),
        _("Einmalig brutto"),
        _("Monatlich netto"),
        _("Monatlich brutto"),
        _("Auftragswert netto"),
        _("Wunschtermin"),
        _("Entschieden am"),
        _("Auftragsbestätigung"),
    ]


def export_rows(rows: Iterable[OrderRow], *, with_customer: bool) -> Iterator[Sequence[Cell]]:
    """One row per order."""
    for row in rows:
        order = row.order
        customer: list[Cell] = [order.customer_number, order.customer_name] if with_customer else []
        yield [
            order.number,
            order.submitted_at,
            _(STATE_LABELS[order.state]),
            *customer,
            order.subject,
            order.reference,
            row.buyer_name,
            row.lines,
            order.net_once,
            order.gross_once,
            order.net_monthly,
            order.gross_monthly,
            order.value_net,
            order.desired_date,
            berlin_date(order.decided_at) if order.decided_at else None,
            order.confirmation_number,
        ]
