"""Nothing lives on a machine: two servers and two workers with folders of their own, on one PostgreSQL, are one shop."""

import hashlib
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.factories import PASSWORD, hash_once
from tests.stress.crowds import LARGE, buyers_at, make_town, require_consistent, require_placed, rows
from tests.visitors import Crowd, Reply, Visitor
from webshop.accounts.models import Person
from webshop.audit.models import AuditEvent
from webshop.catalog.models import Product
from webshop.documents.models import Document
from webshop.outbox.models import OutboxMail

pytestmark = [pytest.mark.stress, pytest.mark.postgres]


@pytest.fixture
def machines(fresh_database, smtp_sink, tmp_path: Path):
    """Server and worker twice, each pair with a data folder that the other does not know."""
    servers, workers = [], []
    for name in ("a", "b"):
        here = {"WEBSHOP_DATA_DIR": str(tmp_path / name), "WEBSHOP_SMTP_URL": smtp_sink.url}
        (tmp_path / name).mkdir()
        servers.append(fresh_database.serve(**here))
        workers.append(fresh_database.start("worker", **here))
    return servers, workers


def let_in(database, *people) -> None:
    with database.session() as session:
        for person in people:
            session.get_one(Person, person.person_id).password_hash = hash_once(PASSWORD)
        session.commit()


def sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> Reply:
    return visitor.send(visitor.get("/anmelden"), "/anmelden", email=email, password=password)


def test_two_machines_are_one_shop(fresh_database, machines, smtp_sink, now):
    """A cart begun at one machine is ordered at the other, approved at the first, and its letter is the same everywhere."""
    (a, b), workers = machines
    town = make_town(fresh_database, now, buyers=1, net=LARGE)
    let_in(fresh_database, town.buyers[0], town.approver)
    with fresh_database.session() as session:
        article = session.get_one(Product, town.product_id).number

    # signed in at A, a cart filled at A, seen and ordered at B
    at_a = Visitor(a.address)
    assert sign_in(at_a, town.buyers[0].email).status == 303
    page = at_a.go(f"/artikel/{article}")
    assert at_a.send(page, "/warenkorb/hinzufuegen", quantity="4").status == 303
    at_b = at_a.at(b)
    cart = at_b.get("/warenkorb")
    field = next(name for name in cart.form("/warenkorb/aendern") if name.startswith("cost_centre-"))
    assert cart.form("/warenkorb/aendern")[field.replace("cost_centre", "quantity")] == "4"
    chosen = cart.tree.xpath(f"//select[@name='{field}']/option[@value != '']/@value")[0]
    assert at_b.send(cart, "/warenkorb/aendern", **{field: chosen}).status == 303
    delivery = at_a.get("/bestellen/lieferung")
    place = delivery.tree.xpath("//input[@name='address']/@value")[0]
    assert at_a.send(delivery, "/bestellen/lieferung", address=place, reference="A-4711").status == 303
    review = at_b.get("/bestellen/pruefen")
    number = at_b.send(review, "/bestellen/pruefen").location.rpartition("/")[2]
    assert number in at_a.get("/bestellungen").text

    # approved at A by somebody who signed in at B
    approver = Visitor(b.address)
    assert sign_in(approver, town.approver.email).status == 303
    approver = approver.at(a)
    assert number in approver.get("/freigaben").text
    case = approver.get(f"/freigaben/{number}")
    form = next(form for form in case.tree.forms if "entscheidung" in form.get("class", ""))
    assert approver.post(f"/freigaben/{number}", {**dict(form.form_values()), "action": "grant"}).status == 303

    # one of the workers prints the letter and one mails it, once
    (letter,) = wait_for_letters(fresh_database, workers[0], number)
    mails = rows(fresh_database, select(OutboxMail.message_id).where(OutboxMail.organisation_id == town.organisation_id))
    smtp_sink.wait_for(len(mails), 60)
    pdfs = [visitor.get(f"/bestellungen/{number}/auftragsbestaetigung.pdf") for visitor in (at_a, at_b)]
    assert [pdf.status for pdf in pdfs] == [200, 200]
    assert pdfs[0].body == pdfs[1].body
    assert hashlib.sha256(pdfs[0].body).hexdigest() == letter.sha256
    assert pdfs[0].body.startswith(b"%PDF")
    confirmations = [mail for mail in smtp_sink.messages if any(part.get_filename() for part in mail.iter_attachments())]
    attached = [part.get_content() for mail in confirmations for part in mail.iter_attachments() if number in str(mail)]
    assert attached == [pdfs[0].body]
    assert sorted(message["Message-ID"] for message in smtp_sink.messages) == sorted(identity for (identity,) in mails)

    # signed out at A, gone at B
    home = at_a.get("/konto")
    assert at_a.send(home, "/abmelden").status == 303
    assert at_b.get("/konto").status == 303
    for process in workers:
        assert process.stop() == 0
    require_placed(fresh_database, [number])
    require_consistent(fresh_database)


def wait_for_letters(database, worker, number):
    def stored():
        found = rows(
            database,
            select(Document)
            .join(AuditEvent, AuditEvent.subject_number == Document.number)
            .where(AuditEvent.action == "document.stored"),
        )
        return [document for (document,) in found if number in str(document.snapshot)]

    return worker.wait_until(stored, 90)


def test_s14_guesses_are_counted_over_both_machines(fresh_database, machines, now):
    (a, b), workers = machines
    town = make_town(fresh_database, now, buyers=1)
    let_in(fresh_database, town.buyers[0])
    for process in workers:
        process.kill()

    guesses = [Visitor(server.address) for server in (a, b)]
    statuses = [sign_in(guesses[number % 2], town.buyers[0].email, f"falsch geraten {number}").status for number in range(8)]
    right = sign_in(Visitor(b.address), town.buyers[0].email)

    assert statuses == [422] * 5 + [429] * 3
    assert (right.status, int(right.headers["Retry-After"]) > 0) == (429, True)


def test_two_machines_under_load_number_and_queue_as_one(fresh_database, machines, smtp_sink, now):
    """Half of the buyers at each machine: numbers have no gap, every order is queued once, every mail arrives once."""
    (a, b), workers = machines
    town = make_town(fresh_database, now, buyers=6)
    buyers = buyers_at(a, fresh_database, town)
    for buyer in buyers[::2]:
        buyer.move_to(b)

    with Crowd([buyer.turn for buyer in buyers]) as crowd:
        crowd.wait_for(24)
    placed = [number for buyer in buyers for number in buyer.placed]
    mails = rows(fresh_database, select(func.count(OutboxMail.id)))[0][0]
    smtp_sink.wait_for(mails, 120)
    for process in [*workers, a, b]:
        assert process.stop() == 0

    assert {status for buyer in buyers for status in buyer.visitor.seen} == {200, 303}
    last = max(int(re.sub(r"\D", "", number)[4:]) for number in placed)
    assert {f"BE-{now.year}-{count:05d}" for count in range(1, last + 1)} == {*placed, *town.first_orders}
    identities = [message["Message-ID"] for message in smtp_sink.messages]
    assert len(identities) == len(set(identities)) == mails
    require_placed(fresh_database, placed)
    require_consistent(fresh_database)
