"""What a listing is asked for: scope, filters, sorting and page, as they stand in the URL.

Reading is generous: a value that does not exist is left out. Everything that is shown can be said in a URL again, without
what is the default; links that add or take away a filter begin at the first page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from webshop.catalog.availability import Availability
from webshop.catalog.matching import Query, read_query
from webshop.core.i18n import N_
from webshop.core.typed import one_line
from webshop.web.paging import page_number

T = TypeVar("T")
MAX_CHOICES = 50
MAX_VALUE = 120


class Sort(StrEnum):
    """The ways to sort; the value stands in the URL."""

    RECOMMENDED = "empfehlung"
    CHEAPEST = "preis-auf"
    DEAREST = "preis-ab"
    NAME = "name"
    NEWEST = "neueste"


SORT_LABELS = {
    Sort.RECOMMENDED: N_("Empfehlung"),
    Sort.CHEAPEST: N_("Preis aufsteigend"),
    Sort.DEAREST: N_("Preis absteigend"),
    Sort.NAME: N_("Name A–Z"),
    Sort.NEWEST: N_("Neueste zuerst"),
}
AVAILABILITY_NAMES = {Availability.NOW: "sofort", Availability.SOON: "zwei-wochen", Availability.LATER: "laenger"}
CONTRACT = "rahmenvertrag"


Arguments = Mapping[str, Sequence[str]]
"""The query string: every value of every name."""


@dataclass(frozen=True)
class Selection:
    """What is asked for. `price_from` and `price_to` are the texts as typed; `lowest` and `highest` what they mean."""

    query: Query = field(default_factory=lambda: read_query(""))
    availabilities: tuple[Availability, ...] = ()
    contract: bool = False
    kinds: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    price_from: str = ""
    price_to: str = ""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    sort: Sort = Sort.RECOMMENDED
    page: int = 1
    all_makers: bool = False

    @property
    def filtered(self) -> bool:
        """True where a facet is in use."""
        return bool(self.filter_count)

    @property
    def filter_count(self) -> int:
        """How many filters are in use."""
        return len(self.availabilities) + self.contract + len(self.kinds) + len(self.makers) + self.priced

    @property
    def priced(self) -> bool:
        """True where a price range is in use."""
        return self.lowest is not None or self.highest is not None

    def parameters(self) -> list[tuple[str, str]]:
        """The query string that says this, without defaults."""
        pairs = [("q", self.query.text)]
        pairs += [("verfuegbar", AVAILABILITY_NAMES[one]) for one in self.availabilities]
        pairs += [("beschaffung", CONTRACT if self.contract else "")]
        pairs += [("art", slug) for slug in self.kinds]
        pairs += [("hersteller", name) for name in self.makers]
        pairs += [("preis_von", self.price_from), ("preis_bis", self.price_to)]
        pairs += [("sortierung", "" if self.sort is Sort.RECOMMENDED else self.sort.value)]
        pairs += [("mehr", "hersteller" if self.all_makers else "")]
        pairs += [("seite", "" if self.page == 1 else str(self.page))]
        return [(name, value) for name, value in pairs if value]

    def on_page(self, page: int) -> "Selection":
        """The same on another page."""
        return replace(self, page=page)

    def with_all_makers(self, shown: bool) -> "Selection":
        """The same with all makers listed, or the most frequent."""
        return replace(self, all_makers=shown, page=1)

    def without_availability(self, one: Availability) -> "Selection":
        """The same without one availability."""
        return replace(self, availabilities=_without(self.availabilities, one), page=1)

    def without_contract(self) -> "Selection":
        """The same without the filter for framework contracts."""
        return replace(self, contract=False, page=1)

    def without_kind(self, slug: str) -> "Selection":
        """The same without one category."""
        return replace(self, kinds=_without(self.kinds, slug), page=1)

    def without_maker(self, name: str) -> "Selection":
        """The same without one maker."""
        return replace(self, makers=_without(self.makers, name), page=1)

    def without_price(self) -> "Selection":
        """The same at any price."""
        return replace(self, price_from="", price_to="", lowest=None, highest=None, page=1)

    def unfiltered(self) -> "Selection":
        """The same search and sorting without any filter."""
        return Selection(query=self.query, sort=self.sort)


def read_selection(
    arguments: Arguments,
    *,
    searching: bool,
    lowest: Decimal | None,
    highest: Decimal | None,
    known_kinds: Iterable[str],
) -> Selection:
    """Read the query string; the prices come from their form, which tells the person what is wrong with them."""

    def first(name: str) -> str:
        return next(iter(arguments.get(name, ())), "")

    known = set(known_kinds)
    names = {name: one for one, name in AVAILABILITY_NAMES.items()}
    return Selection(
        query=read_query(first("q") if searching else ""),
        availabilities=tuple(sorted({names[value] for value in arguments.get("verfuegbar", ()) if value in names})),
        contract=CONTRACT in arguments.get("beschaffung", ()),
        kinds=_choices(arguments.get("art", ()), known.__contains__),
        makers=_choices(arguments.get("hersteller", ()), bool),
        price_from=one_line(first("preis_von"))[:MAX_VALUE],
        price_to=one_line(first("preis_bis"))[:MAX_VALUE],
        lowest=lowest,
        highest=highest,
        sort=_sort(first("sortierung")),
        page=page_number(first("seite")),
        all_makers="hersteller" in arguments.get("mehr", ()),
    )


def _choices(values: Sequence[str], accepted: Callable[[str], bool]) -> tuple[str, ...]:
    cleaned = (one_line(value[:MAX_VALUE]) for value in values[:MAX_CHOICES])
    return tuple(dict.fromkeys(value for value in cleaned if accepted(value)))


def _sort(text: str) -> Sort:
    return Sort(text) if text in set(Sort) else Sort.RECOMMENDED


def _without(values: tuple[T, ...], one: T) -> tuple[T, ...]:
    return tuple(value for value in values if value != one)
