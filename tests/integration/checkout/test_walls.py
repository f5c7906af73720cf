"""S-2: tenants are walls; the second one is PostgreSQL's own."""

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.integration.checkout.test_main_flow import order_of
from tests.integration.checkout.town_hall import make_cart, make_cost_centre, make_town_hall, notebook
from webshop.core.db import bind_tenant, unbound
from webshop.orders.models import Order, OrderLineShare
from webshop.tables import metadata

NOT_BEHIND_THE_WALL = {
    "role_assignments": "people of several houses",
    "web_sessions": "found before the tenant is known",
    "contract_organisations": "named in a contract",
}


@pytest.mark.postgres
def test_s2_a_query_without_a_tenant_filter_sees_only_the_bound_tenant(session, now):
    mine, other = make_town_hall(session, now), make_town_hall(session, now)
    for hall in (mine, other):
        order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now, key=hall.organisation.number)

    with unbound():
        bind_tenant(session, mine.organisation.id)
        session.expire_all()
        seen = set(session.scalars(select(Order.organisation_id)))
        assert seen == {mine.organisation.id}
        with pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
            make_cost_centre(session, other.organisation)


@pytest.mark.postgres
def test_s2_every_tenant_table_stands_behind_the_wall(session):
    walled = set(session.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")))
    tables = {table.name for table in metadata.sorted_tables if "organisation_id" in table.columns}

    assert tables - walled == set(NOT_BEHIND_THE_WALL)


def test_s2_an_order_cannot_name_another_tenants_cost_centre(session, now):
    mine, other = make_town_hall(session, now), make_town_hall(session, now)
    order = order_of(session, mine, make_cart(session, mine, [(notebook(session), 4)], now), now)
    share = session.scalars(select(OrderLineShare).where(OrderLineShare.organisation_id == order.organisation_id)).first()

    share.cost_centre_id = other.cost_centre.id
    with pytest.raises(IntegrityError):
        session.flush()


def test_s2_every_reference_to_a_tenants_record_is_composite(session):
    """A foreign key to a table that belongs to tenants carries the tenant, unless it leaves the tenant's own tables."""
    owned = {"addresses", "cost_centres", "carts", "cart_lines", "orders", "order_lines"}
    inspector = inspect(session.connection())
    for table in metadata.sorted_tables:
        for key in inspector.get_foreign_keys(table.name):
            if key["referred_table"] in owned:
                assert "organisation_id" in key["constrained_columns"], (table.name, key["constrained_columns"])
