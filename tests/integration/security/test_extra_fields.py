"""S-7 and S-9: the server knows the price, and a form writes its own fields only.

Every form of every page is sent twice from the same state, as it is and with fields that nobody asked for; what the
database holds afterwards must be the same.
"""

from typing import Any

import pytest

from tests.browsing import Answer, Client
from tests.integration.security.crawling import Walk, target_of, walk
from tests.pages import Form
from tests.snapshots import changes, snapshot, undone
from tests.world import World, make_world
from webshop.core.actor import Role
from webshop.core.clock import utcnow

TYPED = {
    "comment": "Eine Begründung",
    "withdraw_reason": "Eine Begründung",
    "cancel_reason": "Eine Begründung",
    "answer": "Eine Antwort",
    "reason": "Eine Begründung",
    "tracking": "0034",
    "name": "Ein anderer Name",
    "first_name": "Erika",
    "last_name": "Neumann",
    "email": "neu@kunde.example.org",
    "list": "gibt es nicht",
}
"""What people would type into fields that stand empty."""


@pytest.fixture
def world(session) -> World:
    made = make_world(session, utcnow())
    session.commit()
    return made


def filled(form: Form) -> dict[str, list[Any]]:
    return {name: [TYPED.get(name, "")] if values == [""] else values for name, values in form.values.items()}


def extras(world: World, form: Form) -> dict[str, list[str]]:
    """Fields with which somebody would try their luck, but for those that the form has."""
    line = str(world.here.lines[0].id)
    lucky = {
        "price": "0.01",
        "unit_net": "0.01",
        "net": "0.01",
        "monthly_net": "0",
        "total": "0",
        "gross": "0",
        "amount": "0",
        "discount": "99",
        "tax": "0",
        "vat_rate": "0",
        "contract_id": "1",
        f"price-{line}": "0.01",
        f"unit_net-{line}": "0.01",
        f"product-{line}": "1",
        f"discount-{line}": "99",
        "status": "approved",
        "state": "approved",
        "approved": "1",
        "outcome": "granted",
        "role": "admin",
        "roles": "admin",
        "is_staff": "1",
        "active": "0",
        "organisation_id": str(world.there.organisation.id),
        "organisation": str(world.there.organisation.id),
        "user": str(world.staff[Role.ADMIN].id),
        "user_id": str(world.staff[Role.ADMIN].id),
        "person_id": str(world.staff[Role.ADMIN].id),
        "owner_id": str(world.here.colleague.id),
        "buyer_id": str(world.here.colleague.id),
        "actor": str(world.staff[Role.ADMIN].id),
        "password_hash": "x",
        "number": "BE-2026-00777",
        "confirmation_number": "AB-2026-00777",
        "id": "1",
        "version": "777",
        "now": "2020-01-01",
        "submitted_at": "2020-01-01",
        "attempts": "0",
        "lease_token": "x",
        "sent_at": "2020-01-01",
        "sha256": "0" * 64,
    }
    return {name: [value] for name, value in lucky.items() if name not in form.values and name not in form.empty}


def outcome(client: Client, session, answer: Answer, form: Form, values: dict[str, list[Any]]) -> tuple[Any, ...]:
    """What the form did, and what it said; then all is as before."""
    before = snapshot(session)
    with undone(session):
        sent = client.open(target_of(answer, form), method="POST", data=values)
        assert sent.status_code < 500
        done = changes(before, snapshot(session))
    place = sent.headers.get("Location", "")
    return sent.status_code, place if "BE-" not in place else "an order", done


WHO = [
    *(f"{role} here" for role in (Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR)),
    *(f"{role} of the provider" for role in (Role.SALES, Role.FULFILMENT, Role.ACCOUNTING, Role.ADMIN, Role.AUDITOR)),
]
ENDS_THE_SESSION = ("/abmelden", "/konto/organisation")


def collected(client: Client) -> Walk:
    found = walk(client, with_queries=False)
    return Walk(found.answers, {key: value for key, value in found.forms.items() if not key[0].startswith(ENDS_THE_SESSION)})


@pytest.mark.parametrize("who", WHO)
def test_s7_s9_fields_that_nobody_asked_for_change_nothing(client, session, world, who):
    client.sign_in(world.everybody[who])
    effective = 0
    for key, (answer, form) in collected(client).forms.items():
        plain = outcome(client, session, answer, form, filled(form))
        tricked = outcome(client, session, answer, form, {**filled(form), **extras(world, form)})
        assert tricked == plain, key
        effective += bool(plain[2])
    least = {"buyer here": 20, "approver here": 3, "fulfilment of the provider": 4, "admin of the provider": 6}
    assert effective >= least.get(who, 0), "the forms did too little to prove anything"


def test_s9_forms_of_others_are_not_there_for_lower_roles(client, session, world):
    """Whatever administration, sales and the warehouse can send: from a buyer it goes nowhere and changes nothing."""
    forms = []
    for role in (Role.ADMIN, Role.SALES, Role.FULFILMENT):
        client.sign_out()
        client.sign_in(world.staff[role])
        theirs = [key for key in collected(client).forms.items() if key[0][0].startswith(("/betrieb", "/abwicklung"))]
        forms += [(target_of(answer, form), filled(form)) for _key, (answer, form) in theirs]
    client.sign_out()
    client.sign_in(world.here.buyer)
    client.get("/konto")
    before = snapshot(session)

    statuses = {place: client.post(place, {**values, "csrf_token": client.csrf_token()}).status_code for place, values in forms}

    assert len(statuses) > 8
    assert set(statuses.values()) == {404}, statuses
    assert changes(before, snapshot(session)) == []
