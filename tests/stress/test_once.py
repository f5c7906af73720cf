"""R-2: one order form makes one order, however often and from wherever it is sent."""

import pytest
from sqlalchemy import func, select

from tests.stress.crowds import SMALL, buyers_at, csrf, make_town, require_consistent, require_placed, rows, work_off
from tests.visitors import Visitor, together
from webshop.approvals.models import ApprovalCase
from webshop.cart.models import Cart
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.outbox.models import OutboxMail

pytestmark = pytest.mark.stress
POSTS = 20


def review_form(visitor: Visitor, number: str) -> dict[str, str]:
    """The form of the last step, for a cart made from an earlier order."""
    token = csrf(visitor.get(f"/bestellungen/{number}"))
    assert visitor.post(f"/bestellungen/{number}/erneut", {"csrf_token": token}).status == 303
    return visitor.get("/bestellen/pruefen").form("/bestellen/pruefen")


def test_r2_twenty_identical_posts_at_one_instant_and_one_after_a_restart_make_one_order(fresh_database, now):
    """Two buyers press at once: one order is approved by itself, the other asks the approvers; each happens once."""
    town = make_town(fresh_database, now, buyers=2, net=SMALL, nets={1: "400.00"})
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")
    people = [buyer.visitor for buyer in buyers_at(server, fresh_database, town)]
    forms = [review_form(person, number) for person, number in zip(people, town.first_orders, strict=True)]
    mails = rows(fresh_database, select(func.count(OutboxMail.id)))[0][0]

    def press(index):
        return people[index].at(server).post("/bestellen/pruefen", forms[index])

    answers = together([lambda index=index: press(index) for index in [0, 1] * POSTS])
    server.stop()
    server = fresh_database.serve()
    answers += [press(0), press(1)]

    assert [answer.status for answer in answers] == [303] * len(answers)
    small, large = ({answer.location for answer in answers[index::2]} for index in (0, 1))
    assert len(small) == len(large) == 1
    numbers = [place.rpartition("/")[2] for place in (*small, *large)]
    assert rows(fresh_database, select(func.count(Order.id)))[0][0] == 4
    entries = rows(fresh_database, select(FulfilmentEntry.order_number).where(FulfilmentEntry.order_number.in_(numbers)))
    cases = rows(fresh_database, select(ApprovalCase.subject_number).where(ApprovalCase.subject_number.in_(numbers)))
    assert ([number for (number,) in entries], [number for (number,) in cases]) == (numbers[:1], numbers[1:])
    told = {"to the buyer": 2, "to the approvers": 2}
    assert rows(fresh_database, select(func.count(OutboxMail.id)))[0][0] - mails == sum(told.values())
    work_off(fresh_database)
    require_placed(fresh_database, numbers)
    require_consistent(fresh_database)


def test_r2_the_same_key_with_other_content_is_refused_with_a_page_that_names_the_order(fresh_database, now):
    town = make_town(fresh_database, now, buyers=1)
    server = fresh_database.serve()
    (buyer,) = buyers_at(server, fresh_database, town)
    first = review_form(buyer.visitor, buyer.last)
    number = buyer.visitor.post("/bestellen/pruefen", first).location.rpartition("/")[2]
    second = review_form(buyer.visitor, number)

    answer = buyer.visitor.post("/bestellen/pruefen", {**second, "checkout_key": first["checkout_key"]})

    assert answer.status == 409
    assert number in answer.text
    assert rows(fresh_database, select(func.count(Order.id)))[0][0] == 2
    assert rows(fresh_database, select(func.count(Cart.id)).where(Cart.state == "open"))[0][0] == 1
    require_consistent(fresh_database)
