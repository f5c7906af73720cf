"""Closed unless opened (S-1): every route and who may use it, in one table.

A new route belongs into `ROUTES`; the first test prints the line to add. What a person may not use looks as if it did not
exist (404); a guest is asked to sign in.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import make_organisation, make_person, make_provider
from tests.integration.security.walking import addresses, rules
from webshop.core.actor import Role
from webshop.core.links import PAGES
from webshop.web.access import Access, access_of, check_routes

R = Role
PUBLIC = Access(public=True)
SIGNED_IN = Access()
CUSTOMER_ROLES = {R.BUYER, R.APPROVER, R.ORG_ADMIN}


def needs(*roles: Role) -> Access:
    return Access(roles=frozenset(roles))


BUYER = needs(R.BUYER)
APPROVER = needs(R.APPROVER)
ADMIN = needs(R.ADMIN)
PEOPLE = needs(R.ADMIN, R.AUDITOR)
QUEUE_READERS = needs(R.FULFILMENT, R.ADMIN, R.AUDITOR, R.SALES, R.SALES_LEAD)
QUEUE_WORKERS = needs(R.FULFILMENT)
SALES = needs(R.SALES, R.SALES_LEAD)

ROUTES: dict[str, Access] = {
    # everybody
    "static": PUBLIC,
    "health.live": PUBLIC,
    "health.metrics": PUBLIC,
    "health.ready": PUBLIC,
    "health.security_txt": PUBLIC,
    "pages.accessibility": PUBLIC,
    "pages.contact": PUBLIC,
    "pages.easy_language": PUBLIC,
    "pages.help": PUBLIC,
    "pages.home": PUBLIC,
    "pages.imprint": PUBLIC,
    "pages.privacy": PUBLIC,
    "pages.report_barrier": PUBLIC,
    "pages.set_language": PUBLIC,
    # getting in and one's own account
    "accounts.forgotten": PUBLIC,
    "accounts.invitation": PUBLIC,
    "accounts.reset": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.account": SIGNED_IN,
    "accounts.change_password": SIGNED_IN,
    "accounts.display": SIGNED_IN,
    "accounts.end_other_sessions": SIGNED_IN,
    "accounts.end_session": SIGNED_IN,
    "accounts.security": SIGNED_IN,
    "accounts.sign_out": SIGNED_IN,
    "accounts.switch_organisation": SIGNED_IN,
    # people
    "people.act": ADMIN,
    "people.assign": ADMIN,
    "people.change": ADMIN,
    "people.end_role": ADMIN,
    "people.index": PEOPLE,
    "people.new": ADMIN,
    "people.show": PEOPLE,
    # catalogue
    "catalog.category": SIGNED_IN,
    "catalog.index": SIGNED_IN,
    "catalog.search": SIGNED_IN,
    "catalog.show": SIGNED_IN,
    # cart
    "cart.add": BUYER,
    "cart.assign_cost_centre": BUYER,
    "cart.change": BUYER,
    "cart.choose": BUYER,
    "cart.confirm_changes": BUYER,
    "cart.copy": BUYER,
    "cart.create": BUYER,
    "cart.delete": BUYER,
    "cart.export": BUYER,
    "cart.manage": BUYER,
    "cart.merge": BUYER,
    "cart.quick": BUYER,
    "cart.quick_posted": BUYER,
    "cart.remove": BUYER,
    "cart.rename": BUYER,
    "cart.replace": BUYER,
    "cart.restore": BUYER,
    "cart.saved": BUYER,
    "cart.share": BUYER,
    "cart.show": BUYER,
    "cart.split_all": BUYER,
    "cart.split_all_posted": BUYER,
    "cart.split_line": BUYER,
    "cart.split_line_posted": BUYER,
    # checkout
    "checkout.delivery": BUYER,
    "checkout.delivery_posted": BUYER,
    "checkout.review": BUYER,
    "checkout.submit": BUYER,
    "checkout.thanks": BUYER,
    # orders
    "orders.answer": BUYER,
    "orders.cancel": SALES,
    "orders.confirmation": SIGNED_IN,
    "orders.export": SIGNED_IN,
    "orders.index": SIGNED_IN,
    "orders.missing": BUYER,
    "orders.order_again": BUYER,
    "orders.show": SIGNED_IN,
    "orders.withdraw": BUYER,
    # approvals
    "approvals.decide": APPROVER,
    "approvals.inbox": APPROVER,
    "approvals.show": APPROVER,
    # fulfilment
    "fulfilment.claim": QUEUE_WORKERS,
    "fulfilment.fail": QUEUE_WORKERS,
    "fulfilment.finish": QUEUE_WORKERS,
    "fulfilment.index": QUEUE_READERS,
    "fulfilment.release": QUEUE_WORKERS,
    "fulfilment.retry": QUEUE_WORKERS,
    "fulfilment.show": QUEUE_READERS,
    # behind the scenes
    "backoffice.mail": PEOPLE,
    "backoffice.mails": PEOPLE,
    "backoffice.retry_document": ADMIN,
    "backoffice.retry_mail": ADMIN,
    "backoffice.retry_mails": ADMIN,
}

NEED_A_CART = {"cart.export", "cart.split_all"}


def spelled(access: Access | None) -> str:
    """A right as it is written in the table."""
    if access is None:
        return "undeclared"
    if access.public:
        return "PUBLIC"
    return f"needs({', '.join(f'R.{role.name}' for role in sorted(access.roles))})" if access.roles else "SIGNED_IN"


def lines(entries: Iterable[tuple[str, Access | None]]) -> str:
    return "".join(f'\n    "{endpoint}": {spelled(access)},' for endpoint, access in sorted(entries))


def test_s1_every_route_has_the_right_that_the_table_says(app: Flask) -> None:
    declared = {rule.endpoint: access_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    missing = [(endpoint, access) for endpoint, access in declared.items() if endpoint not in ROUTES]
    assert not missing, f"add to ROUTES, after asking whether that is right:{lines(missing)}"
    gone = [(endpoint, access) for endpoint, access in ROUTES.items() if endpoint not in declared]
    assert not gone, f"take out of ROUTES:{lines(gone)}"
    differing = [(endpoint, access) for endpoint, access in declared.items() if ROUTES[endpoint] != access]
    assert not differing, f"the app says otherwise:{lines(differing)}"


def test_s1_a_route_that_says_nothing_stops_the_start() -> None:
    app = Flask("careless")
    app.add_url_rule("/offen", "careless.open", lambda: "")

    with pytest.raises(RuntimeError, match=r"careless\.open"):
        check_routes(app)


def test_s1_guests_are_asked_to_sign_in_everywhere_else(client: Client, app: Flask) -> None:
    for rule, url in addresses(app, "GET", public=False):
        answer = client.get(url)
        assert answer.status_code == 303, rule
        assert answer.headers["Location"].startswith("/anmelden?next=/"), rule
    for rule, url in addresses(app, "POST", public=False):
        answer = client.post(url)
        assert answer.status_code == 303, rule
        assert answer.headers["Location"] == "/anmelden", rule


def test_s1_what_is_public_needs_no_person(client: Client, app: Flask) -> None:
    plain = [rule for rule in rules(app, "GET", public=True) if not rule.arguments and rule.endpoint != "pages.home"]

    answers = {rule.endpoint: client.get(rule.rule) for rule in plain}

    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 300} == {}
    assert client.get("/").headers["Location"] == "/anmelden"


@pytest.mark.parametrize("role", list(Role))
def test_s1_without_the_role_a_page_does_not_exist(client: Client, session: Session, app: Flask, role: Role) -> None:
    house = make_organisation(session) if role in CUSTOMER_ROLES else make_provider(session)
    client.sign_in(make_person(session, role, organisation=house))

    for method, send in (("GET", client.get), ("POST", client.post)):
        for rule, url in addresses(app, method, public=False):
            access = ROUTES[rule.endpoint]
            if access.roles and role not in access.roles:
                assert send(url).status_code == 404, f"{role} {method} {rule.rule}"


@pytest.mark.parametrize("role", list(Role))
def test_s1_with_the_role_the_pages_open(client: Client, session: Session, app: Flask, role: Role) -> None:
    house = make_organisation(session) if role in CUSTOMER_ROLES else make_provider(session)
    client.sign_in(make_person(session, role, organisation=house))

    refused = {}
    for rule, url in addresses(app, "GET", public=False):
        access = ROUTES[rule.endpoint]
        if rule.arguments or rule.endpoint in NEED_A_CART:
            continue
        if not access.roles or role in access.roles:
            answer: Any = client.get(url)
            if answer.status_code not in (200, 302, 303):
                refused[url] = answer.status_code
    assert refused == {}


def test_links_in_mails_lead_to_pages(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for name, path in PAGES.items():
        endpoint, _values = adapter.match(path.format(token="x", number="BE-2026-00001"), method="GET")
        assert endpoint in ROUTES, name
