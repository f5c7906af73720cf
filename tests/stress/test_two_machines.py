"""Two web machines and two workers with folders of their own on one PostgreSQL behave as one shop."""

import time

import pytest
from sqlalchemy import select, update

from tests.stress.crowds import LARGE, csrf, make_town
from tests.visitors import Visitor
from webshop.accounts.models import Person
from webshop.accounts.passwords import hash_of
from webshop.catalog.models import Product

PASSWORD = "Kiesweg-Amsel-42"

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]


@pytest.fixture
def shop(fresh_database, smtp_sink, now):
    """A town, two servers, two workers; nothing is shared but the database."""
    database = fresh_database
    database.overrides["smtp_url"] = smtp_sink.url
    town = make_town(database, now, buyers=1, net=LARGE, pieces=3)
    with database.session() as session:
        session.execute(update(Person).values(password_hash=hash_of(PASSWORD)))
        session.commit()
        number = session.scalars(select(Product.number).where(Product.id == town.product_id)).one()
    machines = []
    for name in ("a", "b"):
        folder = database.folder / name
        folder.mkdir()
        machines.append(database.serve(WEBSHOP_DATA_DIR=str(folder)))
        database.start("worker", WEBSHOP_DATA_DIR=str(folder))
    return database, town, number, machines, smtp_sink


def sign_in(server, email: str) -> Visitor:
    visitor = Visitor(server.address)
    answer = visitor.send(visitor.get("/anmelden"), "/anmelden", email=email, password=PASSWORD)
    assert answer.status == 303, answer.text[-1500:]
    return visitor


def until(check, seconds: float = 60):
    """Ask again until the answer is true, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.25)
    raise AssertionError("it did not happen in time")


def test_an_order_crosses_both_machines(shop):
    database, town, article, (a, b), sink = shop
    buyer_a = sign_in(a, town.buyers[0].email)
    buyer_b = buyer_a.at(b)

    page = buyer_a.get(f"/artikel/{article}")
    while page.status in (301, 302, 303, 308):
        page = buyer_a.get(page.location)
    added = buyer_a.post("/warenkorb/hinzufuegen", {"csrf_token": csrf(page), "product": article, "quantity": "3"})
    assert added.status == 303
    assert article in buyer_b.get("/warenkorb").text

    first = town.first_orders[0]
    again = buyer_b.post(f"/bestellungen/{first}/erneut", {"csrf_token": csrf(buyer_b.get(f"/bestellungen/{first}"))})
    assert again.status == 303
    submitted = buyer_b.send(buyer_b.get("/bestellen/pruefen"), "/bestellen/pruefen")
    assert submitted.status == 303
    number = submitted.location.rpartition("/")[2]
    assert number in buyer_a.get("/bestellungen").text

    approver = sign_in(a, town.approver.email)
    case = approver.get(f"/freigaben/{number}")
    form = next(iter(case.tree.xpath("//form[contains(@class, 'entscheidung')]")))
    decided = approver.post(form.action, {**dict(form.form_values()), "action": "grant"})
    assert decided.status == 303

    path = f"/bestellungen/{number}/auftragsbestaetigung.pdf"
    printed = until(lambda: (reply := buyer_a.get(path)).status == 200 and reply.body)
    assert printed.startswith(b"%PDF")
    assert buyer_b.get(path).body == printed

    def confirmations():
        return [
            m
            for m in sink.messages
            if m["To"].addresses[0].addr_spec == town.buyers[0].email
            and number in m["Subject"]
            and any(part.get_content_type() == "application/pdf" for part in m.walk())
        ]

    until(confirmations)
    verified = database.webshop("verify")
    assert verified.returncode == 0, verified.stdout[-2000:]
    assert len(confirmations()) == 1

    left = buyer_a.post("/abmelden", {"csrf_token": csrf(buyer_a.get("/konto"))})
    assert left.status == 303
    assert buyer_b.get("/bestellungen").status == 303


def test_s14_guesses_are_counted_over_both_machines(shop):
    _database, town, _article, (a, b), _sink = shop
    email = town.approver.email
    statuses = []
    for attempt in range(12):
        visitor = Visitor((a, b)[attempt % 2].address)
        statuses.append(
            visitor.send(visitor.get("/anmelden"), "/anmelden", email=email, password=f"falsch-{attempt}-falsch").status
        )

    assert statuses[-1] == 429
