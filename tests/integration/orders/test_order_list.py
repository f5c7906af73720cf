"""The list of orders: who sees what, how it is narrowed and sorted, what it adds up to, and what is taken home."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import update

from tests.factories import make_person, make_provider
from tests.integration.checkout.town_hall import make_person as make_actor
from tests.integration.checkout.town_hall import make_town_hall, notebook
from tests.integration.orders.ordering import make_order, waiting_order
from tests.pages import text_of
from webshop.core.actor import Role
from webshop.orders.models import Order
from webshop.orders.states import OrderState


@pytest.fixture
def hall(session, now):
    return make_town_hall(session, now)


def numbers(answer):
    return [text_of(link) for link in answer.page.select("tbody th a")]


def test_buyers_see_their_own_and_approvers_the_house(session, client, hall, now):
    mine = make_order(session, hall, now)
    colleague = make_actor(session, hall.organisation, Role.BUYER, now)
    hall.buyer, me = colleague, hall.buyer
    other = make_order(session, hall, now)

    assert numbers(client.sign_in(me).get("/bestellungen")) == [mine.number]
    assert numbers(client.sign_in(colleague).get("/bestellungen")) == [other.number]
    for role in (Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR):
        viewer = make_actor(session, hall.organisation, role, now)
        assert numbers(client.sign_in(viewer).get("/bestellungen")) == [other.number, mine.number]


def test_no_list_holds_anything_of_another_house(session, client, hall, now):
    make_order(session, hall, now, subject="Geheimsache")
    stranger = make_town_hall(session, now)
    for actor in (stranger.buyer, stranger.approver, make_actor(session, stranger.organisation, Role.AUDITOR, now)):
        client.sign_in(actor)
        for url in ("/bestellungen", "/bestellungen?suche=Geheim", "/bestellungen?kunde=Stadt", "/bestellungen.csv?suche=Geheim"):
            assert "Geheimsache" not in client.get(url).text


def test_staff_see_all_customers_and_filter_by_them(session, client, hall, now):
    first = make_order(session, hall, now)
    other = make_town_hall(session, now)
    other.organisation.name = "Kreis Beispielland"
    second = make_order(session, other, now)
    make_provider(session)
    for role in (Role.SALES, Role.SALES_LEAD, Role.FULFILMENT, Role.ACCOUNTING, Role.ADMIN):
        page = client.sign_in(make_person(session, role)).get("/bestellungen")
        assert set(numbers(page)) == {first.number, second.number}
    assert numbers(client.get("/bestellungen?kunde=beispielland")) == [second.number]
    assert numbers(client.get(f"/bestellungen?kunde={hall.organisation.number}")) == [first.number]


@pytest.mark.parametrize("text", ["BE-2026", "schule", "SCHULE", "A-17", "thinkpad", "10-4711", "Ö-Zeichen", "ö-zeichen"])
def test_the_search_finds_number_subject_reference_and_article(session, client, hall, now, text):
    product = notebook(session, "499.00", number="10-4711", name="ThinkPad Ö-Zeichen")
    wanted = make_order(session, hall, now, [(product, 1)], subject="Geräte für die Schule")
    other = make_order(session, hall, now, subject="Anderes", reference="B-1")
    client.sign_in(hall.buyer)

    found = numbers(client.get("/bestellungen", query_string={"suche": text}))

    assert wanted.number in found
    assert (other.number in found) == (text == "BE-2026")


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", '"', "\\", "%%"])
def test_marks_of_sql_are_plain_letters(session, client, hall, now, text):
    make_order(session, hall, now)
    client.sign_in(hall.buyer)

    assert numbers(client.get("/bestellungen", query_string={"suche": text})) == []


@pytest.mark.parametrize(
    "query",
    [
        *("suche=%00", "von=morgen", "bis=31.2.2026", "seite=-1", "seite=99999999999", "stand=x", "sortieren=id;drop"),
        *("von=01.01.0000", "seite=²", "kunde=%ff", "richtung=quer", "suche=%ed%a0%80", "von=9999-12-31", "bis=31.12.9999"),
        "suche=" + "a" * 5000,
    ],
)
def test_nonsense_in_the_address_breaks_nothing(session, client, hall, now, query):
    make_order(session, hall, now)
    client.sign_in(hall.approver)

    for path in ("/bestellungen", "/bestellungen.csv"):
        assert client.get(f"{path}?{query}").status_code in (200, 400)


def test_a_day_that_is_none_is_said_at_its_field(session, client, hall, now):
    client.sign_in(hall.buyer)

    page = client.get("/bestellungen?von=gestern").page

    assert "„gestern“ ist kein Datum. Geben Sie es so ein: 23.11.2026." in page.text
    assert page.one("#f-von").get("value") == "gestern"


def test_state_and_period_narrow_the_list(session, client, hall, now):
    waiting = waiting_order(session, hall, now)
    old = make_order(session, hall, now - timedelta(days=40))
    client.sign_in(hall.buyer)

    assert numbers(client.get("/bestellungen?stand=submitted")) == [waiting.number]
    assert numbers(client.get("/bestellungen?stand=approved")) == [old.number]
    assert numbers(client.get("/bestellungen?von=24.11.2026&bis=25.11.2026")) == [waiting.number]
    assert numbers(client.get("/bestellungen?bis=24.11.2026")) == [old.number]
    empty = client.get("/bestellungen?von=26.11.2026")
    assert "Keine Bestellung passt zu diesen Angaben." in empty.page.text


def test_pages_hold_25_and_sums_hold_all(session, client, hall, now):
    for _ in range(27):
        make_order(session, hall, now)
    client.sign_in(hall.buyer)

    first = client.get("/bestellungen")
    assert len(numbers(first)) == 25
    assert "27 Bestellungen" in first.page.text
    assert "13.473,00 €" in text_of(first.page.one("tfoot"))
    second = client.click(first, "Weiter")
    assert len(numbers(second)) == 2
    assert "13.473,00 €" in text_of(second.page.one("tfoot"))


def test_sorting_turns_round(session, client, hall, now):
    small = make_order(session, hall, now)
    large = waiting_order(session, hall, now)
    client.sign_in(hall.buyer)

    up = client.get("/bestellungen?sortieren=summe&richtung=auf")
    assert numbers(up) == [small.number, large.number]
    assert numbers(client.click(up, "Summe netto")) == [large.number, small.number]


def test_the_list_costs_the_same_with_1_order_and_with_30(session, client, hall, now, count_queries):
    make_order(session, hall, now)
    client.sign_in(hall.approver)
    with count_queries() as one:
        client.get("/bestellungen?suche=A-17")
    for _ in range(29):
        make_order(session, hall, now)
    with count_queries() as many:
        client.get("/bestellungen?suche=A-17")

    assert len(one) == len(many) <= 12


# --- exports ----------------------------------------------------------------------------------------------------------


def as_csv(answer):
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=Bestellungen-")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def as_xlsx(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    return sheet, {cell.value: cell.column for cell in sheet[1]}


def test_an_export_is_the_filtered_list_cell_by_cell(session, client, hall, now):
    make_order(session, hall, now)
    wanted = waiting_order(session, hall, now, subject="Notebooks", reference="40-1")
    client.sign_in(hall.buyer)

    [row] = as_csv(client.get("/bestellungen.csv?stand=submitted"))
    assert row["Bestellung"] == wanted.number
    assert row["Eingereicht am"] == "25.11.2026 10:00"
    assert (row["Einmalig netto"], row["Einmalig brutto"]) == ("2697,00", "3209,43")
    assert row["Stand"] == "In Freigabe"
    sheet, columns = as_xlsx(client.get("/bestellungen.xlsx?stand=submitted"))
    assert sheet.max_row == 2
    assert sheet.cell(2, columns["Einmalig netto"]).value == 2697
    assert sheet.cell(2, columns["Betreff"]).value == "Notebooks"


@pytest.mark.parametrize("text", ['=HYPERLINK("http://127.0.0.1")', "+1", "-1+1", "@SUM(A1)", "＝1"])
def test_exported_texts_are_no_formulas(session, client, hall, now, text):
    make_order(session, hall, now, subject=text, reference=text)
    client.sign_in(hall.buyer)

    [row] = as_csv(client.get("/bestellungen.csv"))
    assert (row["Betreff"], row["Ihre Bestellnummer"]) == (f"'{text}", f"'{text}")
    sheet, columns = as_xlsx(client.get("/bestellungen.xlsx"))
    for name in ("Betreff", "Ihre Bestellnummer"):
        cell = sheet.cell(2, columns[name])
        assert (cell.data_type, cell.value) == ("s", text)


def test_exports_go_to_nobody_else(session, client, hall, now):
    order = make_order(session, hall, now)

    assert client.get("/bestellungen.csv").status_code == 303
    stranger = make_town_hall(session, now)
    assert order.number not in client.sign_in(stranger.approver).get("/bestellungen.csv").text
    assert "Kundennummer" not in client.get("/bestellungen.csv").text
    staff = make_person(session, Role.SALES)
    [row] = as_csv(client.sign_in(staff).get("/bestellungen.csv"))
    assert row["Kundennummer"] == hall.organisation.number


def test_an_export_costs_the_same_statements_for_any_size(session, client, hall, now, count_queries):
    make_order(session, hall, now)
    client.sign_in(hall.buyer)
    with count_queries() as one:
        client.get("/bestellungen.csv")
    for _ in range(20):
        make_order(session, hall, now)
    with count_queries() as many:
        client.get("/bestellungen.csv")

    assert len(one) == len(many) <= 4


def test_every_state_has_its_words(session, client, hall, now):
    order = waiting_order(session, hall, now)
    client.sign_in(hall.buyer)
    for state in OrderState:
        session.execute(update(Order).where(Order.id == order.id).values(state=state, confirmation_number="AB-2026-00001"))
        assert numbers(client.get(f"/bestellungen?stand={state}")) == [order.number]
