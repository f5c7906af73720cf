"""Totals as rows of a page: net, tax by rate, gross; one-off and monthly are never added together (design.md section 1)."""

from decimal import Decimal

from flask_babel import gettext as _

from webshop.core.formats import percent
from webshop.core.money import Totals
from webshop.web.filters import language

SumRow = tuple[str, Decimal, str]
"""Label, amount, and how it looks: `total`, `quiet` or plain."""


def sum_rows(totals: Totals, *, monthly: bool = False) -> list[SumRow]:
    """The rows below the lines."""
    rows: list[SumRow] = [(_("Summe netto im Monat") if monthly else _("Summe netto"), totals.net, "")]
    rows += [
        (_("Umsatzsteuer %(rate)s", rate=percent(group.vat_rate, language())), group.tax, "quiet") for group in totals.groups
    ]
    return [*rows, (_("Gesamt brutto im Monat") if monthly else _("Gesamt brutto"), totals.gross, "total")]
