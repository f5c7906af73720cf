"""What pages cost: at most twelve statements, the same number with one row and with fifty, with 100 articles and with 10,000."""

import pytest

from tests.factories import (
    make_attribute,
    make_category,
    make_contract,
    make_organisation,
    make_person,
    make_price,
    make_product,
)
from tests.integration.catalog.shelves import heap
from webshop.catalog.models import ProductRelation, RelationKind
from webshop.core.actor import Role

LISTINGS = (
    "/katalog",
    "/katalog?sortierung=preis-ab&seite=2",
    "/katalog/maeuse?verfuegbar=sofort&beschaffung=rahmenvertrag&hersteller=Mausfabrik&preis_von=1&preis_bis=9000",
    "/suche?q=funkmaus",
    "/suche?q=funkmaus+g&sortierung=neueste&art=maeuse",
    "/suche?q=xyzzyx",
    "/suche?q=funkmaux",
)
MOST = 12


@pytest.fixture
def mouse(session):
    return make_product(
        session,
        "Funkmaus G",
        number="MA-1",
        manufacturer="Mausfabrik",
        category=make_category(session, "Mäuse", slug="maeuse"),
    )


@pytest.fixture
def visitor(client, session, mouse):
    """Somebody for whom all counters in the head are worked out, in a house with a contract."""
    organisation = make_organisation(session)
    make_contract(session, {mouse: "800.00"}, organisations=[organisation])
    return client.sign_in(make_person(session, Role.BUYER, Role.APPROVER, organisation=organisation))


@pytest.mark.timeout(180)
def test_a_listing_costs_the_same_with_one_article_and_with_ten_thousand(visitor, session, count_queries):
    costs = {url: [] for url in LISTINGS}
    for numbers in (range(0), range(49), range(49, 99), range(99, 9_999)):
        heap(session, numbers)
        for url in LISTINGS:
            with count_queries() as queries:
                assert visitor.get(url).status_code == 200
            costs[url].append(len(queries))
    assert {url: numbers for url, numbers in costs.items() if len(set(numbers)) > 1 or max(numbers) > MOST} == {}


@pytest.mark.parametrize("role", [None, Role.SALES])
def test_an_article_costs_the_same_however_much_hangs_on_it(visitor, client, session, mouse, count_queries, role):
    if role:
        client.sign_in(make_person(session, role))
    costs = []
    for number in (1, 50):
        for n in range(len(costs) * 2, number):
            other = make_product(session, f"Zubehör {n}", number=f"ZB-{n}")
            make_attribute(session, mouse, f"Eigenschaft {n}", "x")
            session.add(ProductRelation(product_id=mouse.id, related_id=other.id, kind=RelationKind.ACCESSORY))
            make_price(session, mouse, "700.00", min_quantity=n + 2)
        with count_queries() as queries:
            assert client.get("/artikel/MA-1-funkmaus-g?menge=3").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST


def test_a_redirect_to_an_article_is_cheap(visitor, count_queries):
    with count_queries() as queries:
        assert visitor.get("/artikel/MA-1").status_code == 302
    assert len(queries) <= 4
