"""The query string: read generously, written without defaults, the same selection either way."""

from decimal import Decimal
from urllib.parse import parse_qs, urlencode

import pytest

from webshop.catalog.availability import Availability
from webshop.catalog.selection import Selection, Sort, read_selection

KINDS = ("tablets", "notebooks")


def read(query, *, searching=True, lowest=None, highest=None):
    arguments = parse_qs(query, keep_blank_values=True)
    return read_selection(arguments, searching=searching, lowest=lowest, highest=highest, known_kinds=KINDS)


def test_nothing_asked_is_the_default_and_says_nothing():
    assert read("") == Selection()
    assert Selection().parameters() == []
    assert not Selection().filtered


def test_everything_survives_the_way_through_the_url():
    query = (
        "q=27+zoll&verfuegbar=sofort&verfuegbar=laenger&beschaffung=rahmenvertrag&art=tablets&hersteller=A%26B&hersteller=Ärger"
        "&preis_von=1.234%2C50&preis_bis=2000&sortierung=preis-ab&mehr=hersteller&seite=3"
    )
    selection = read(query, lowest=Decimal("1234.50"), highest=Decimal(2000))

    assert selection.availabilities == (Availability.NOW, Availability.LATER)
    assert selection.makers == ("A&B", "Ärger")
    assert selection.filter_count == 7
    assert selection.sort is Sort.DEAREST
    assert selection.page == 3
    again = read(urlencode(selection.parameters()), lowest=Decimal("1234.50"), highest=Decimal(2000))
    assert again == selection


@pytest.mark.parametrize(
    "query",
    [
        "verfuegbar=morgen",
        "beschaffung=1",
        "art=gibt-es-nicht",
        "hersteller=",
        "hersteller=%00",
        "sortierung=price;drop",
        "seite=0",
        "seite=-1",
        "seite=1e9",
        "seite=٣",
        "mehr=alles",
        "unbekannt=1",
    ],
)
def test_what_does_not_exist_is_left_out(query):
    assert read(query) == Selection()


def test_a_category_does_not_search():
    assert not read("q=maus", searching=False).query


def test_the_number_of_choices_is_bounded():
    assert len(read(urlencode([("hersteller", f"m{n}") for n in range(500)])).makers) == 50


def test_taking_a_filter_away_begins_at_the_first_page():
    selection = read("verfuegbar=sofort&beschaffung=rahmenvertrag&art=tablets&hersteller=A&seite=4", lowest=Decimal(1))

    assert selection.without_availability(Availability.NOW).availabilities == ()
    assert not selection.without_contract().contract
    assert selection.without_kind("tablets").kinds == ()
    assert selection.without_maker("A").makers == ()
    assert selection.without_price().lowest is None
    assert {
        changed.page
        for changed in (
            selection.without_availability(Availability.NOW),
            selection.without_contract(),
            selection.without_kind("tablets"),
            selection.without_maker("A"),
            selection.without_price(),
            selection.unfiltered(),
        )
    } == {1}


def test_resetting_keeps_what_was_searched_and_how_it_is_sorted():
    selection = read("q=maus&sortierung=name&hersteller=A").unfiltered()

    assert urlencode(selection.parameters()) == "q=maus&sortierung=name"
