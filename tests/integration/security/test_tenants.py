"""S-2: tenants are walls. What belongs to another house answers exactly like what does not exist, for every route there is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.browsing import Answer, Client
from tests.integration.security.crawling import target_of, walk
from tests.integration.security.walking import rules
from tests.snapshots import Snapshot, changes, snapshot, undone
from tests.world import House, World, make_world
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.web.access import access_of

GLOBAL = {
    "static": "files of the shop",
    "catalog.category": "the catalogue is one for all; prices are the house's and stand in no address",
    "catalog.show": "as above",
    "accounts.invitation": "whoever holds the link; its secret is the right",
    "accounts.reset": "as above",
    "orders.export": "the format of a file, not a record",
}


@dataclass
class Sample:
    """Values of a route's parameters, of a house, and who of the house may use them."""

    values: Callable[[House], dict[str, Any]]
    missing: dict[str, Any]
    role: Role | str = Role.BUYER
    form: Callable[[House], dict[str, Any]] = lambda _house: {}


def order(state: str) -> Callable[[House], dict[str, Any]]:
    return lambda house: {"number": house.orders[state].number}


NO_ORDER = {"number": "BE-2026-99999"}
NO_CART, NO_LINE = {"cart_id": uuid4()}, {"line_id": uuid4()}
NO_ENTRY = {"entry_id": 999_999}
ENTRY = Sample(lambda house: {"entry_id": house.entries[0].id}, NO_ENTRY, Role.AUDITOR)
PERSON = Sample(lambda house: {"person_id": house.colleague.id}, {"person_id": uuid4()}, Role.AUDITOR)
CART = Sample(lambda house: {"cart_id": house.saved.id}, NO_CART)
MAIL = Sample(lambda house: {"mail_id": house.mail.id}, {"mail_id": 999_999}, Role.AUDITOR)
PROVIDERS = "the provider's own people, who see all houses"

SAMPLES: dict[str, Sample | str] = {
    "accounts.end_session": Sample(lambda house: {"session_id": house.browser.id}, {"session_id": uuid4()}),
    "approvals.decide": Sample(order("waiting"), NO_ORDER, Role.APPROVER, lambda house: {"action": "grant"}),
    "approvals.show": Sample(order("waiting"), NO_ORDER, Role.APPROVER),
    "backoffice.mail": MAIL,
    "backoffice.retry_document": PROVIDERS,
    "backoffice.retry_mail": PROVIDERS,
    "cart.choose": CART,
    "cart.copy": CART,
    "cart.delete": CART,
    "cart.manage": CART,
    "cart.merge": CART,
    "cart.rename": CART,
    "cart.share": CART,
    "cart.split_line": Sample(lambda house: {"line_id": house.lines[0].id}, NO_LINE),
    "cart.split_line_posted": Sample(lambda house: {"line_id": house.lines[0].id}, NO_LINE),
    "checkout.thanks": Sample(order("waiting"), NO_ORDER),
    "fulfilment.claim": PROVIDERS,
    "fulfilment.fail": PROVIDERS,
    "fulfilment.finish": PROVIDERS,
    "fulfilment.release": PROVIDERS,
    "fulfilment.retry": PROVIDERS,
    "fulfilment.show": ENTRY,
    "orders.answer": Sample(order("asked"), NO_ORDER, form=lambda house: {"question_id": house.question.id, "answer": "Ja"}),
    "orders.cancel": PROVIDERS,
    "orders.confirmation": Sample(order("approved"), NO_ORDER),
    "orders.missing": Sample(order("approved"), NO_ORDER),
    "orders.order_again": Sample(order("approved"), NO_ORDER),
    "orders.show": Sample(order("approved"), NO_ORDER),
    "orders.withdraw": Sample(order("waiting"), NO_ORDER, form=lambda _house: {"withdraw_reason": "Doch nicht"}),
    "people.act": PROVIDERS,
    "people.assign": PROVIDERS,
    "people.change": PROVIDERS,
    "people.end_role": PROVIDERS,
    "people.show": PERSON,
}
"""Every route with a parameter. A new one belongs here, with its values in each house, or with the reason why not."""


@pytest.fixture
def world(session) -> World:
    made = make_world(session, utcnow())
    session.commit()
    return made


def parametrised(app, method: str) -> list[Any]:
    return [rule for rule in rules(app, method) if rule.arguments and rule.endpoint not in GLOBAL]


def address(app, rule, method: str, values: dict[str, Any]) -> str:
    return str(app.url_map.bind("localhost").build(rule.endpoint, values, method=method))


def same_words(answer: Answer) -> tuple[int, str]:
    """What a reader sees, without the number under which the log knows it."""
    return answer.status_code, re.sub(r"\b[0-9a-f]{12}\b", "<reference>", answer.page.text) if answer.is_html else answer.text


def test_s2_every_route_with_a_parameter_has_a_sample(app):
    needed = {rule.endpoint for method in ("GET", "POST") for rule in parametrised(app, method)}
    assert sorted(needed - set(SAMPLES)) == [], "say in SAMPLES (or GLOBAL) what these routes are about"
    assert sorted(set(SAMPLES) - needed) == [], "these routes are gone"


def test_s2_routes_without_a_sample_of_a_house_are_for_the_provider_alone(app):
    house_roles = {Role.BUYER, Role.APPROVER, Role.ORG_ADMIN}
    for endpoint, sample in SAMPLES.items():
        if sample == PROVIDERS:
            access = access_of(app, endpoint)
            assert access is not None
            assert access.roles, endpoint
            assert not access.roles & house_roles, endpoint


def test_s2_a_foreign_record_answers_like_a_missing_one_to_get_and_post(app, client, session, world):
    """Every route, as the person of the house who may use it: own works, foreign and missing are the same 404."""
    tried = 0
    for method in ("GET", "POST"):
        for rule in parametrised(app, method):
            sample = SAMPLES[rule.endpoint]
            if isinstance(sample, str):
                continue
            client.sign_in(world.here.people[Role(sample.role)])
            before = snapshot(session, without=["web_sessions.last_seen_at"])
            foreign = send(client, app, rule, method, sample.values(world.there), sample.form(world.there))
            missing = send(client, app, rule, method, sample.missing, sample.form(world.there))
            assert foreign.status_code == 404, (rule, method)
            assert same_words(foreign) == same_words(missing), (rule, method)
            assert changes(before, snapshot(session, without=["web_sessions.last_seen_at"])) == [], (rule, method)

            with undone(session):
                own = send(client, app, rule, method, sample.values(world.here), sample.form(world.here))
                assert own.status_code != 404, (rule, method)
            tried += 1
    assert tried >= 20


def send(client: Client, app, rule, method: str, values: dict[str, Any], form: dict[str, Any]) -> Answer:
    url = address(app, rule, method, values)
    return client.get(url) if method == "GET" else client.post(url, form)


# --- ids that hide in forms and in queries ----------------------------------------------------------------------------


def foreign_ids(world: World) -> dict[str, UUID]:
    """What of the other house stands for what of this one, by the id of this one."""
    here, there = world.here, world.there
    pairs = [
        (here.organisation, there.organisation),
        (here.cart, there.cart),
        (here.saved, there.saved),
        (here.shared, there.shared),
        (here.question, there.question),
        (here.browser, there.browser),
        (here.role, there.role),
        (here.colleague, there.colleague),
        *zip(here.centres, there.centres, strict=True),
        *zip(here.places, there.places, strict=True),
        *zip(here.lines, there.lines, strict=True),
        *((here.people[role], there.people[role]) for role in here.people),
        *((here.orders[state], there.orders[state]) for state in here.orders),
    ]
    ids = {str(mine.id): theirs.id for mine, theirs in pairs}
    return ids | {str(here.removed_line): there.removed_line}


def belongings(taken: Snapshot, organisation_id: UUID) -> dict[str, dict[Any, Any]]:
    """The rows of a house."""
    return {
        table: {key: row for key, row in rows.items() if row.get("organisation_id") == organisation_id}
        for table, rows in taken.items()
    }


@pytest.mark.parametrize("role", [Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR])
def test_s2_foreign_ids_in_forms_reach_nothing_of_the_other_house(client, session, world, role):
    """Each id in each field of each form is replaced by its counterpart of the other house, one at a time."""
    client.sign_in(world.here.people[role])
    swap, theirs = foreign_ids(world), world.there.organisation.id
    foreign_values = {str(value) for value in swap.values()}
    found, tried = walk(client), 0
    assert found.forms or role is Role.AUDITOR
    before = snapshot(session)
    for answer, form in found.forms.values():
        for name, values in form.values.items():
            ids = [part for text in (name, *map(str, values)) for part in swap if part in text]
            for mine in ids:
                changed = {
                    key.replace(mine, str(swap[mine])): [str(value).replace(mine, str(swap[mine])) for value in several]
                    if key == name
                    else several
                    for key, several in form.values.items()
                }
                with undone(session):
                    sent = client.open(target_of(answer, form), method="POST", data=changed)
                    assert sent.status_code < 500
                    after = snapshot(session)
                    assert belongings(after, theirs) == belongings(before, theirs), (form.action, name)
                    mixed = [
                        (table, row)
                        for table, rows in belongings(after, world.here.organisation.id).items()
                        for key, row in rows.items()
                        if row != before[table].get(key) and foreign_values & set(map(str, row.values()))
                    ]
                    assert mixed == [], (form.action, name)
                tried += 1
    assert tried > 60 or role is not Role.BUYER


@pytest.mark.parametrize("role", [Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR])
def test_s2_no_page_list_search_or_export_holds_a_word_of_the_other_house(client, session, world, role):
    """Everything that links lead to, and searches for the other house's numbers and names."""
    client.sign_in(world.here.people[role])
    secrets = {order.number for order in world.there.orders.values()}
    secrets |= {str(value) for value in foreign_ids(world).values()}
    secrets |= {world.there.organisation.number, world.there.organisation.name, world.there.buyer.email}
    secrets |= {person.last_name for person in world.there.people.values()}
    wanted = world.there.orders["waiting"].number
    start = ["/", *(f"{page}?{name}={wanted}" for page in ("/bestellungen", "/freigaben", "/suche") for name in ("q", "suche"))]
    start += ["/bestellungen.csv", "/bestellungen.xlsx", "/abwicklung?stand=alle", "/betrieb/personen", "/betrieb/postausgang"]

    found = walk(client, start)

    assert len(found.answers) > 20
    for url, answer in found.answers.items():
        typed = wanted if f"={wanted}" in url else ""
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else sheet_text(answer)
        leaked = {secret for secret in secrets if secret and secret in text and secret != typed}
        assert leaked == set(), url


def sheet_text(answer: Answer) -> str:
    """The words of a spreadsheet; other files have none."""
    import io
    import zipfile

    if "spreadsheet" not in answer.mimetype:
        return ""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
