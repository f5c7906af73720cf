"""S-34: bad input is the client's fault. Every route, with values that no form would send, as every kind of person."""

import random
import re
from urllib.parse import quote

import pytest

from tests.factories import make_person
from tests.integration.checkout.test_main_flow import order_of
from tests.integration.checkout.town_hall import make_cart, make_town_hall, notebook
from webshop.accounts.models import Person
from webshop.core.actor import Role

SEED = 20261125
ROUNDS = 3
NASTY = [
    "",
    "\x00",
    "a\x00b",
    "'; DROP TABLE orders; --",
    '"><script>alert(1)</script>',
    "{{7*7}}${7*7}{0.__class__}",
    "../../etc/passwd",
    "%",
    "_",
    "-1",
    "0",
    "1e9",
    "1.5",
    "99999999999999999999",
    "٣",
    "３",
    "31.02.2026",
    "2026-13-45",
    "01.01.0001",
    "NaN",
    "Infinity",
    "\u202e\u200b",
    "ä" * 5000,
    "\r\nBcc: a@b.example",
    "00000000-0000-0000-0000-000000000000",
    "BE-2026-99999",
    "=1+1",
    "😀",
]
RAW = ["%00", "%FF%FE", "%ED%A0%80", "%0D%0A", "..%2F..", "%F0%9F%98%80", "a" * 3000]
"""Parts of addresses that are no text: invalid UTF-8, a lone surrogate, line ends."""
FIELDS = """
q suche seite sortieren richtung ansicht stand von bis preis_von preis_bis hersteller menge next language
theme email password product quantity cart line cost_centre note name address desired_date reference subject
contact_name contact_phone lines action comment content_hash checkout_key cart_id cart_version version
withdraw_reason cancel_reason question_id answer reason tracking role organisation organisation_id valid_from
valid_to first_name last_name phone department art kunde
""".split()
ROLES = [None, Role.BUYER, Role.APPROVER, Role.FULFILMENT, Role.ADMIN]
PART = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")


def path_of(rule: str, dice: random.Random) -> str:
    """The rule with something in each of its places: often a nasty text, sometimes bytes that are no text."""

    def fill(found: re.Match[str]) -> str:
        kind, _name = found.groups()
        if kind == "int":
            return dice.choice(["0", "999999999999", "99999999999999999999", "-1", "x"])
        if dice.random() < 0.3:
            return dice.choice(RAW)
        return quote(dice.choice(NASTY) or "x", safe="")

    return PART.sub(fill, rule)


def values(dice: random.Random) -> dict[str, list[str]]:
    """Some fields, each once or twice."""
    chosen = dice.sample(FIELDS, 12)
    return {name: dice.choices(NASTY, k=dice.choice([1, 1, 2])) for name in chosen}


def rules(app, method: str) -> list[str]:
    """All addresses that take this method, in a fixed order."""
    return sorted(rule.rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static")


@pytest.fixture
def visitor(request, session, client, now):
    """Somebody with the role, in a house that has a cart and an order."""
    hall = make_town_hall(session, now)
    order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    make_cart(session, hall, [(notebook(session), 1)], now)
    actors = {Role.BUYER: hall.buyer, Role.APPROVER: hall.approver}
    if request.param in actors:
        client.sign_in(session.get_one(Person, actors[request.param].person_id))
    elif request.param is not None:
        client.sign_in(make_person(session, request.param))
    return client


@pytest.mark.parametrize("visitor", ROLES, indirect=True, ids=lambda role: str(role or "guest"))
def test_s34_reading_with_bad_input_never_breaks(app, visitor):
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        for rule in rules(app, "GET"):
            answer = visitor.get(path_of(rule, dice), query_string=values(dice))
            assert answer.status_code < 500 or rule == "/health/ready", (rule, answer.status_code)


@pytest.mark.parametrize("visitor", ROLES, indirect=True, ids=lambda role: str(role or "guest"))
def test_s34_sending_bad_input_never_breaks(app, visitor):
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        for rule in rules(app, "POST"):
            if rule == "/abmelden":
                continue
            answer = visitor.post(path_of(rule, dice), data=values(dice))
            assert answer.status_code < 500, (rule, answer.status_code)


@pytest.mark.parametrize("visitor", [Role.BUYER], indirect=True)
def test_s34_json_and_nothing_instead_of_a_form(app, visitor):
    for rule in rules(app, "POST"):
        path = path_of(rule, random.Random(SEED))
        assert visitor.post(path, json={"quantity": 1, "product": [1]}).status_code < 500
        assert visitor.post(path, data={}, csrf=False).status_code < 500
