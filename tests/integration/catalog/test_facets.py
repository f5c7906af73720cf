"""Counts are right under every combination of filters: compared with counting each article by hand."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from tests.factories import actor_of, make_person
from tests.integration.catalog.shelves import counted, fill
from webshop.catalog.availability import Availability
from webshop.catalog.listing import listing
from webshop.catalog.selection import Selection, Sort
from webshop.catalog.shown_prices import prices_shown
from webshop.catalog.source import Scope
from webshop.core.actor import Role
from webshop.core.clock import berlin_date

KINDS = {"mobil": ["Mobil", "Notebooks", "Tablets"], "zubehoer": ["Zubehör"]}
COMBINATIONS = [
    Selection(availabilities=availabilities, contract=contract, kinds=kinds, makers=makers, lowest=lowest, highest=highest)
    for availabilities, contract, kinds, makers, (lowest, highest) in product(
        [(), (Availability.NOW,), (Availability.SOON, Availability.LATER)],
        [False, True],
        [(), ("mobil",), ("mobil", "zubehoer")],
        [(), ("Nordtec",), ("Ökotec", "Alveria", "Gibt es nicht")],
        [(None, None), (Decimal(200), Decimal(1200)), (None, Decimal("999.99"))],
    )
]


@pytest.fixture
def shelves(session):
    return fill(session)


@pytest.fixture
def look(session, shelves, now):
    """A page of the listing for a buyer of the organisation."""
    viewer = actor_of(session, make_person(session, organisation=shelves.organisation))
    names = {category.id: name for name, category in shelves.categories.items()}

    def find(asked, **more):
        ids = [key for key, name in names.items() for slug in asked.kinds if name in KINDS[slug]]
        return listing(session, more.pop("viewer", viewer), asked, Scope(None, ids), day=berlin_date(now))

    return find


@pytest.mark.timeout(120)
def test_every_facet_is_counted_under_all_other_filters(shelves, look):
    names = {category.id: name for name, category in shelves.categories.items()}
    for asked in COMBINATIONS:
        counts = look(asked).counts

        assert counts.in_scope == len([piece for piece in shelves.pieces if piece.on_sale])
        assert counts.hits == len(shelves.hits(asked, KINDS))
        assert counts.by_availability == counted(shelves.hits(asked, KINDS, "availability"), "availability"), asked
        assert counts.contract == len([piece for piece in shelves.hits(asked, KINDS, "contract") if piece.in_contract]), asked
        categories = {names[key]: number for key, number in counts.by_category.items()}
        assert categories == counted(shelves.hits(asked, KINDS, "kind"), "category"), asked
        assert counts.by_maker == counted(shelves.hits(asked, KINDS, "maker"), "maker"), asked


def test_the_pages_show_each_hit_once_and_nothing_else(shelves, look):
    for asked in COMBINATIONS[::13]:
        for sort in Sort:
            shown, page = [], 1
            while (found := look(replace(asked, sort=sort, page=page))).cards and page == found.page:
                shown += [card.number for card in found.cards]
                page += 1
            assert sorted(shown) == sorted(piece.product.number for piece in shelves.hits(asked, KINDS)), (asked, sort)


def test_prices_are_sorted_as_they_are_shown(shelves, look):
    for sort, turned in ((Sort.CHEAPEST, False), (Sort.DEAREST, True)):
        first = look(Selection(sort=sort, kinds=("mobil",)))
        second = look(Selection(sort=sort, kinds=("mobil",), page=2))
        shown = [card.price.monthly_net or card.price.unit_net for card in first.cards + second.cards]
        expected = [piece.price for piece in shelves.hits(Selection(kinds=("mobil",)), KINDS)]
        assert shown == sorted(expected, reverse=turned)


def test_the_price_in_sql_is_the_price_of_the_price_function(session, shelves, look, now):
    viewer = actor_of(session, make_person(session, organisation=shelves.organisation))
    ids = {piece.product.id: 1 for piece in shelves.pieces}

    prices = prices_shown(session, viewer, ids, day=berlin_date(now))

    for piece in shelves.pieces:
        price = prices[piece.product.id]
        assert (price.monthly_net or price.unit_net) == piece.price
        assert (price.contract_id is not None) == piece.in_contract


def test_staff_see_list_prices(session, shelves, look):
    seller = actor_of(session, make_person(session, Role.SALES))
    found = look(Selection(sort=Sort.CHEAPEST), viewer=seller)

    shown = [card.price.monthly_net or card.price.unit_net for card in found.cards]
    assert shown == sorted(shown)
    assert all(card.price.contract_id is None for card in found.cards)
    assert any(card.in_contract for card in look(Selection(contract=True), viewer=seller).cards)


def test_the_recommendation_puts_contracts_first_then_what_is_there(look):
    cards = look(Selection()).cards

    order = [(not card.in_contract, card.promise.availability, card.name) for card in cards]
    assert order == sorted(order)
    assert cards[0].in_contract
    assert not cards[-1].in_contract or len({card.in_contract for card in cards}) == 1
