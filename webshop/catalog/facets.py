"""The filters beside a listing: each value with its count, the chips of those in use, all as plain data for the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from webshop.catalog.availability import Availability
from webshop.catalog.counting import Counts
from webshop.catalog.search import fold
from webshop.catalog.selection import AVAILABILITY_NAMES, CONTRACT, Selection
from webshop.catalog.tree import Node
from webshop.core.i18n import N_

FEW_MAKERS: Final = 10
AVAILABILITY_LABELS = {
    Availability.NOW: N_("Sofort lieferbar"),
    Availability.SOON: N_("Bis 2 Wochen"),
    Availability.LATER: N_("Länger"),
}
CONTRACT_LABEL = N_("Rahmenvertrag")


@dataclass(frozen=True)
class Choice:
    """A value of a facet; `translated` says whether its label is a text of ours."""

    value: str
    label: str
    count: int
    chosen: bool
    translated: bool = False


@dataclass(frozen=True)
class FacetGroup:
    """A group of check boxes that share a parameter of the URL."""

    name: str
    title: str
    choices: Sequence[Choice]
    expandable: bool = False
    """There are more values than these."""


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the selection without it."""

    label: str
    without: Selection
    translated: bool = False


def facet_groups(selection: Selection, counts: Counts, kinds: Iterable[Node]) -> list[FacetGroup]:
    """The check boxes, in the order of the page; a group without values is left out."""
    groups = [
        FacetGroup("verfuegbar", N_("Verfügbarkeit"), _availabilities(selection, counts)),
        FacetGroup("beschaffung", N_("Beschaffung"), _contract(selection, counts)),
        FacetGroup("art", N_("Art"), _kinds(selection, counts, kinds)),
        _makers(selection, counts),
    ]
    return [group for group in groups if group.choices]


def _availabilities(selection: Selection, counts: Counts) -> list[Choice]:
    return [
        Choice(
            AVAILABILITY_NAMES[one], label, counts.by_availability.get(one, 0), one in selection.availabilities, translated=True
        )
        for one, label in AVAILABILITY_LABELS.items()
    ]


def _contract(selection: Selection, counts: Counts) -> list[Choice]:
    return [Choice(CONTRACT, CONTRACT_LABEL, counts.contract, selection.contract, translated=True)]


def _kinds(selection: Selection, counts: Counts, kinds: Iterable[Node]) -> list[Choice]:
    """The categories below the current one, each with all that is below it; a single one would not narrow anything."""
    kinds = list(kinds)
    if len(kinds) == 1:
        return []
    numbers = {node.slug: sum(counts.by_category.get(key, 0) for key in node.ids) for node in kinds}
    choices = [Choice(node.slug, node.name, numbers[node.slug], node.slug in selection.kinds) for node in kinds]
    return [choice for choice in choices if choice.count or choice.chosen]


def _makers(selection: Selection, counts: Counts) -> FacetGroup:
    """The most frequent makers and the chosen ones; all of them where asked for."""
    frequent = sorted(counts.by_maker, key=lambda name: (-counts.by_maker[name], fold(name), name))
    shown = set(frequent if selection.all_makers else frequent[:FEW_MAKERS]) | set(selection.makers)
    choices = [
        Choice(name, name, counts.by_maker.get(name, 0), name in selection.makers)
        for name in sorted(shown, key=lambda name: (fold(name), name))
    ]
    return FacetGroup("hersteller", N_("Hersteller"), choices, expandable=len(counts.by_maker) > len(shown))


def chips(selection: Selection, kinds: Iterable[Node]) -> list[Chip]:
    """The filters in use, each with the way back. The price's label is made where amounts are worded."""
    names = {node.slug: node.name for node in kinds}
    found = [
        Chip(AVAILABILITY_LABELS[one], selection.without_availability(one), translated=True) for one in selection.availabilities
    ]
    if selection.contract:
        found.append(Chip(CONTRACT_LABEL, selection.without_contract(), translated=True))
    found += [Chip(names[slug], selection.without_kind(slug)) for slug in selection.kinds]
    found += [Chip(name, selection.without_maker(name)) for name in selection.makers]
    return found
