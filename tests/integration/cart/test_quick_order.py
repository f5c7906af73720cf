"""Quick order: pasted lists and files, good lines taken, bad ones kept to be mended; and the way back from an export."""

import io
import time
from decimal import Decimal as D

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from tests.factories import make_cart, make_cart_line, make_cost_centre, make_product
from tests.integration.cart.house import lines, make_house
from webshop.cart import services
from webshop.cart.models import CartLineDelivery, CartLineShare, ShareKind
from webshop.cart.queries import current_cart
from webshop.catalog.models import ProductStatus
from webshop.core.clock import utcnow

PATH = "/schnellbestellung"


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def buyer(client, house):
    return client.sign_in(house.erika)


def paste(buyer, text):
    return buyer.submit(buyer.get(PATH), "Liste prüfen", list=text)


def upload(buyer, name, content, follow=True):
    form = buyer.get(PATH).page.form("Liste prüfen")
    data = {key: values[0] for key, values in form.values.items() if values}
    data["file"] = (io.BytesIO(content), name)
    return buyer.open(PATH, method="POST", data=data, content_type="multipart/form-data", follow_redirects=follow)


def xlsx(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def current(session, house):
    return lines(session, current_cart(session, house.actor(session)))


def test_good_lines_are_listed_with_their_prices_and_taken(session, house, buyer):
    make_product(session, "Nordbook", number="NB-1", net="899.00", stock=50)
    make_product(session, "Dock", number="DK-1", net="169.00", manufacturer_number="D4-USBC")
    make_product(session, "Monitor", number="MO-1", net="249.00", gtin="4012345678901")

    checked = paste(buyer, "NB-1; 4; 1110; Raum 12\nd4-usbc 2\n04012345678901,1,2110")

    assert checked.status_code == 200
    assert "3 gültige Positionen" in checked.page.text
    assert "3.596,00 €" in checked.page.text
    taken = buyer.submit(checked, "Gültige Positionen übernehmen")
    assert "3 Positionen liegen im Warenkorb „Warenkorb“." in taken.page.text
    assert [(line.quantity, line.cost_centre_id, line.note) for line in current(session, house)] == [
        (4, house.hauptamt.id, "Raum 12"),
        (2, None, ""),
        (1, house.schulamt.id, ""),
    ]


def test_bad_lines_stay_to_be_mended_with_their_reasons(session, house, buyer):
    make_product(session, number="NB-1")
    make_product(session, "Alt", number="NB-0", status=ProductStatus.WITHDRAWN)
    make_product(session, "Ohne Preis", number="NB-9", net=None)
    make_product(session, "Zwilling A", number="ZW-1", manufacturer_number="ZWILLING")
    make_product(session, "Zwilling B", number="ZW-2", manufacturer_number="ZWILLING")
    stendal = make_house(session, "Stadt Stendal")
    make_cost_centre(session, "9999", organisation=stendal.organisation)
    text = "NB-1;1\nXX;1\nNB-0;1\nNB-9;1\nZWILLING;1\nNB-1;vier\nNB-1;\nNB-1;0\nNB-1;10001\nNB-1;1;9999\nNB-1;1;;" + "x" * 251

    checked = paste(buyer, text)

    assert checked.status_code == 422
    errors = checked.page.errors
    for number, words in {
        2: "Einen Artikel „XX“ gibt es nicht",
        3: "Alt wird nicht mehr angeboten",
        4: "kein Preis",
        5: "Geben Sie eine Artikelnummer an: ZW-1, ZW-2",
        6: "„vier“ ist keine ganze Zahl",
        7: "Die Menge fehlt",
        8: "mindestens 1",
        9: "höchstens 10.000",
        10: "Kostenstelle „9999“",
        11: "länger als 250",
    }.items():
        assert words in errors[f"bad-{number}"], number
    mended = buyer.submit(checked, "Erneut prüfen", **{"bad-2": "NB-1;2", "bad-3": "", "bad-10": "NB-1;1;2110"})
    assert "3 gültige Positionen" in mended.page.text
    assert "bad-2" not in mended.page.errors
    assert "bad-3" not in mended.page.errors


def test_good_lines_can_be_taken_while_bad_ones_stay(session, house, buyer):
    make_product(session, number="NB-1")
    checked = paste(buyer, "NB-1;4;1110\nXX;1")

    taken = buyer.submit(checked, "Gültige Positionen übernehmen")

    assert "1 Position liegt im Warenkorb" in taken.page.text
    assert list(taken.page.errors) == ["bad-2"]
    assert [line.quantity for line in current(session, house)] == [4]
    rest = buyer.submit(taken, "Erneut prüfen", **{"bad-2": "NB-1;1;1110"})
    buyer.submit(rest, "Gültige Positionen übernehmen")
    assert [line.quantity for line in current(session, house)] == [5]


@pytest.mark.parametrize("filled", [False, True])
def test_taking_the_same_list_twice_takes_it_once(session, house, buyer, filled):
    product = make_product(session, number="NB-1")
    if filled:
        make_cart(session, house.erika, {product: 1}, cost_centre=house.schulamt)
    form = paste(buyer, "NB-1;4;1110\nXX;1").page.form("Gültige Positionen übernehmen")
    buyer.post(PATH, form.values)

    again = buyer.post(PATH, form.values)

    assert again.status_code == 409
    assert "Es wurde nichts noch einmal übernommen." in again.page.text
    assert [line.quantity for line in current(session, house)][-1] == 4
    assert "bad-2" in again.page.errors


def test_s7_prices_and_foreign_carts_in_the_form_are_not_read(session, house, buyer):
    make_product(session, number="NB-1", net="899.00")
    stendal = make_house(session, "Stadt Stendal")
    foreign = make_cart(session, stendal.erika, {})
    form = paste(buyer, "NB-1;4;1110").page.form("Gültige Positionen übernehmen")

    answer = buyer.post(PATH, {**form.values, "cart": str(foreign.id), "version": "1", "price": "1", "total": "1"})

    assert answer.status_code == 409
    assert lines(session, foreign) == []


def test_files_are_read_as_csv_and_as_xlsx(session, house, buyer):
    make_product(session, number="NB-1")
    rows = [["Kostenstelle", "Artikelnummer", "Menge"], ["1110", "NB-1", "4"], ["2110", "NB-1", "6"]]

    for name, content in {
        "liste.csv": "\r\n".join(";".join(row) for row in rows).encode("cp1252"),
        "liste.xlsx": xlsx(rows[0], [1110, "NB-1", 4.0], [2110, "NB-1", 6]),
    }.items():
        assert "2 gültige Positionen" in upload(buyer, name, content).page.text, name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Fügen Sie Positionen ein"),
        (b"\x00\x01\x02", "lässt sich nicht lesen"),
        (b"PK\x03\x04kaputt", "lässt sich nicht lesen"),
        (b"NB-1;1\n" * 2_100, "mehr als 2.000 Zeilen"),
        (b"x" * (1024 * 1024 + 1), "zu groß"),
    ],
)
def test_files_that_cannot_be_read_are_told_at_the_field(buyer, content, words):
    answer = upload(buyer, "liste.csv", content)

    assert answer.status_code == 422
    assert words in " ".join(answer.page.errors.values())


def test_s29_an_upload_beyond_the_limit_of_all_is_refused(buyer):
    assert upload(buyer, "liste.csv", b"x" * (9 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize("count", [2, 500, 2000])
def test_a_long_list_costs_no_more_statements_than_a_short_one(session, house, buyer, count_queries, count):
    for number in range(40):
        make_product(session, f"Artikel {number}", number=f"AX-{number}", stock=10)
    text = "\n".join(f"AX-{n % 40};{n % 9 + 1};1110" for n in range(count - 1)) + "\nXX;1"
    form = buyer.get(PATH).page.form("Liste prüfen").fill(list=text)

    begun = time.perf_counter()
    with count_queries() as queries:
        answer = buyer.http.post(PATH, data=form.values)
    took = time.perf_counter() - begun

    assert answer.status_code == 422
    assert f"{count - 1} gültige Position".encode() in answer.data or f"{count - 1:,}".replace(",", ".").encode() in answer.data
    assert len(queries) == 7, "\n".join(queries)
    assert took < (3 if count <= 500 else 12)


def test_five_hundred_lines_reach_the_cart_in_time(session, house, buyer):
    for number in range(500):
        make_product(session, f"Artikel {number}", number=f"AX-{number}", stock=10)
    checked = paste(buyer, "\n".join(f"AX-{n};2;1110;Raum {n}" for n in range(500)))
    form = checked.page.form("Gültige Positionen übernehmen")

    begun = time.process_time()
    answer = buyer.http.post(PATH, data=form.values)

    assert answer.status_code == 303
    assert time.process_time() - begun < 3
    assert len(current(session, house)) == 500


def test_a_cart_has_its_limit(session, house, buyer):
    products = [make_product(session, f"Artikel {n}", number=f"AX-{n}") for n in range(3)]
    cart = make_cart(session, house.erika, {}, cost_centre=house.hauptamt)
    actor = house.actor(session)
    wanted = [services.Wanted(products[0].id, 1, house.hauptamt.id, f"Raum {n}") for n in range(1_999)]
    services.quick_add(session, cart, wanted, actor=actor, now=utcnow())

    answer = buyer.submit(paste(buyer, "AX-1;1;1110\nAX-2;1;1110"), "Gültige Positionen übernehmen")

    assert answer.status_code == 422
    assert "Ein Warenkorb fasst höchstens 2.000 Positionen." in answer.page.text
    assert len(lines(session, cart)) == 1_999


# --- export ------------------------------------------------------------------------------------------------------------


def told(line):
    return line.product_id, line.quantity, line.cost_centre_id, line.note


def splits(session, line):
    deliveries = select(CartLineDelivery).where(CartLineDelivery.line_id == line.id).order_by(CartLineDelivery.position)
    shares = select(CartLineShare).where(CartLineShare.line_id == line.id).order_by(CartLineShare.position)
    return (
        [(part.address_id, part.quantity) for part in session.scalars(deliveries)],
        [(share.cost_centre_id, share.weight) for share in session.scalars(shares)],
    )


def test_f4_an_exported_cart_comes_back_identical(session, house, buyer):
    notebook, dock = make_product(session, "=Nordbook", number="NB-1"), make_product(session, "Dock", number="-DK@1")
    cart = make_cart(session, house.erika, {}, name="Schulen & Ämter")
    make_cart_line(session, cart, notebook, 250, cost_centre=house.hauptamt, note='=HYPERLINK("x"); "so"')
    make_cart_line(session, cart, notebook, 3, cost_centre=house.schulamt, note="'@Büro")
    make_cart_line(session, cart, notebook, 3, cost_centre=house.schulamt)
    split = make_cart_line(session, cart, dock, 7, cost_centre=house.hauptamt, note="+49 391")
    tenant = {"line_id": split.id, "organisation_id": cart.organisation_id}
    session.add_all(
        [
            CartLineDelivery(address_id=house.rathaus.id, quantity=3, position=1, **tenant),
            CartLineDelivery(address_id=house.schule.id, quantity=4, position=2, **tenant),
            CartLineShare(cost_centre_id=house.hauptamt.id, kind=ShareKind.PERCENT, weight=D("33.33"), position=1, **tenant),
            CartLineShare(cost_centre_id=house.schulamt.id, kind=ShareKind.PERCENT, weight=D("66.67"), position=2, **tenant),
        ]
    )
    session.flush()
    before = [told(line) for line in lines(session, cart)]

    exported = buyer.get("/warenkorb/export.csv")

    assert exported.headers["Content-Disposition"] == "attachment; filename=Warenkorb-schulen-aemter.csv"
    for row in exported.data.decode("utf-8-sig").splitlines():
        for cell in row.split(";"):
            assert not cell.strip('"').startswith(("=", "+", "-", "@", "\t", "\r")), cell
    make_cart(session, house.erika, {}, name="Wieder da")
    checked = upload(buyer, "Warenkorb.csv", exported.data)
    buyer.submit(checked, "Gültige Positionen übernehmen")
    after = current(session, house)
    assert [told(line) for line in after] == before
    deliveries, shares = splits(session, after[-1])
    assert deliveries == [(house.rathaus.id, 3), (house.schule.id, 4)]
    assert shares == [(house.hauptamt.id, D("33.33")), (house.schulamt.id, D("66.67"))]
