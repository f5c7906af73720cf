"""Bad rows are told with line, column and reason; and nothing is written, unless they are to be skipped."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.importing import ARTICLE, CONTRACT, COST_CENTRE, CUSTOMER, KINDS, PERSON, POSITION, SERVICE, Files, Row, counts, told
from webshop.audit.models import AuditEvent
from webshop.catalog.models import Category, Manufacturer, Product
from webshop.core.numbers import NumberSeries
from webshop.imports import runner
from webshop.imports.cost_centres import COST_CENTRES, CostCentreRecord
from webshop.imports.kind import Batch
from webshop.imports.report import Outcome

BAD: list[tuple[Row, str, str, str]] = [
    (ARTICLE, "sku", "", "Die Angabe fehlt."),
    (ARTICLE, "sku", "x" * 41, "Der Text hat 41 Zeichen; möglich sind 40."),
    (ARTICLE, "name", " ", "Die Angabe fehlt."),
    (
        ARTICLE,
        "category_path",
        "Monitore > ",
        "„Monitore >“ ist kein Pfad aus Kategorien; erwartet wird etwa „Netzwerk > Switches“.",
    ),
    (ARTICLE, "list_price_net_eur_cents", "", "Der Betrag fehlt."),
    (ARTICLE, "list_price_net_eur_cents", "0", "Der Listenpreis muss größer als 0 sein."),
    (ARTICLE, "list_price_net_eur_cents", "129,99", "„129,99“ ist kein Betrag in ganzen Cent; 12,99 € heißt hier 1299."),
    (ARTICLE, "attributes_json", "{", "Das ist kein gültiges JSON (Fehler an Stelle 2)."),
    (ARTICLE, "attributes_json", "[]", "Erwartet wird ein JSON-Objekt."),
    (SERVICE, "monthly_price_net_eur_cents", "-1", "liegt nicht zwischen"),
    (SERVICE, "minimum_term_months", "121", "Die Zahl 121 liegt nicht zwischen 0 und 120."),
    (SERVICE, "vat_rate_percent", "20", "„20“ ist nicht bekannt; möglich sind: 19, 7, 0."),
    (SERVICE, "config_fields_json", '[{"key": "A"}]', "Jedes Feld braucht einen eigenen „key“"),
    (
        SERVICE,
        "config_fields_json",
        '[{"key": "a", "label": "A", "type": "x"}]',
        "Die Art („type“) des Feldes a ist nicht bekannt.",
    ),
    (SERVICE, "config_fields_json", '[{"key": "a", "label": "A", "type": "string", "pattern": "("}]', "kein regulärer Ausdruck"),
    (CUSTOMER, "leitweg_id", "15003000-DEMO0001-68", "Die Leitweg-ID 15003000-DEMO0001-68 stimmt nicht: Form oder Prüfziffern."),
    (CUSTOMER, "invoice_email", "rechnung", "„rechnung“ ist keine E-Mail-Adresse."),
    (CUSTOMER, "delivery_addresses_json", '[{"bezeichnung": "Rathaus"}]', "„strasse“ fehlt."),
    (COST_CENTRE, "customer_no", "K9", "Die Kundennummer K9 gibt es nicht."),
    (COST_CENTRE, "budget_year", "1999", "Die Zahl 1999 liegt nicht zwischen"),
    (COST_CENTRE, "budget_year", "", "Für welches Jahr das Budget gilt, fehlt."),
    (PERSON, "email", "", "Die E-Mail-Adresse fehlt."),
    (PERSON, "role", "chef", "„chef“ ist nicht bekannt"),
    (PERSON, "cost_centres", "111501;999", "Die Kostenstelle 999 gibt es bei diesem Kunden nicht."),
    (PERSON, "cost_centres", "", "Eine freigebende Person braucht mindestens eine Kostenstelle."),
    (CONTRACT, "valid_to", "2024-06-30", "Das Ende liegt vor dem Beginn."),
    (CONTRACT, "called_off_eur_cents", "120000001", "Abgerufen ist mehr als der Höchstwert."),
    (CONTRACT, "currency", "CHF", "Der Shop rechnet in EUR."),
    (POSITION, "contract_no", "RV-9", "Den Rahmenvertrag RV-9 gibt es nicht."),
    (POSITION, "sku", "MO-9", "Den Artikel MO-9 gibt es nicht."),
    (
        POSITION,
        "price_tiers_json",
        '[{"ab_menge": 0, "preis_cent": 1}]',
        "Jede Staffel braucht „ab_menge“, eine ganze Zahl ab 1.",
    ),
    (POSITION, "price_tiers_json", '[{"ab_menge": 1, "preis_cent": 1.5}]', "müssen ganze Cent sein"),
]


@pytest.fixture
def filled(files: Files) -> Files:
    files.read_all()
    return files


@pytest.mark.parametrize(("row", "column", "value", "reason"), BAD)
def test_a_bad_cell_is_told_with_line_column_and_reason(filled: Files, row: Row, column: str, value: str, reason: str) -> None:
    report = filled.read(row | {column: value})

    assert report.outcome == Outcome.REFUSED
    (line,) = told(report)
    assert line.startswith(f"Zeile 2: Spalte {column}: ")
    assert reason in line


def test_one_bad_row_means_that_nothing_is_written(session: Session, files: Files) -> None:
    rows = [{**ARTICLE, "sku": f"A-{number}", "manufacturer": f"Hersteller {number}"} for number in range(5)]

    report = files.read(*rows, {**ARTICLE, "list_price_net_eur_cents": "teuer"})

    assert report.outcome == Outcome.REFUSED
    assert (report.bad, report.number) == (1, "")
    for table in (Product, Category, Manufacturer, NumberSeries):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    session.commit()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_bad_rows_may_be_skipped(session: Session, files: Files) -> None:
    report = files.read(ARTICLE, {**ARTICLE, "sku": "MO-2", "unit": "Fuder"}, {**ARTICLE, "sku": "MO-3"}, skip_bad=True)

    assert report.outcome == Outcome.WRITTEN
    assert counts(report) == (2, 0, 0, 1)
    assert session.scalars(select(Product.number).order_by(Product.number)).all() == ["MO-1", "MO-3"]


def test_a_dry_run_tells_and_writes_nothing(session: Session, files: Files) -> None:
    report = files.read(ARTICLE, {**ARTICLE, "sku": ""}, dry_run=True)

    assert report.outcome == Outcome.TRIED
    assert counts(report) == (1, 0, 0, 1)
    assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_all_that_is_wrong_with_a_row_stands_in_one_line(files: Files) -> None:
    report = files.read({**ARTICLE, "sku": "", "unit": "Fuder", "list_price_net_eur_cents": "x"})

    (line,) = told(report)
    assert [part in line for part in ("Spalte sku:", "Spalte unit:", "Spalte list_price_net_eur_cents:")] == [True] * 3


def test_a_number_that_comes_twice_is_told_with_its_first_line(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the first one was written in an earlier batch."""
    monkeypatch.setattr(runner, "BATCH", 2)
    rows = [{**ARTICLE, "sku": f"A-{number}"} for number in range(5)]

    assert told(files.read(*rows, rows[0])) == ["Zeile 7: Spalte sku: Diese Angabe steht schon in Zeile 2."]


def test_the_same_number_may_stand_at_two_customers(files: Files) -> None:
    files.read(CUSTOMER, {**CUSTOMER, "customer_no": "K2"})

    assert counts(files.read(COST_CENTRE, {**COST_CENTRE, "customer_no": "K2"})) == (2, 0, 0, 0)


def test_what_only_the_database_refuses_costs_one_row(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap in the checks ends as a told row, not as a crash."""

    def store_with_a_gap(batch: Batch[CostCentreRecord]) -> None:
        for item in batch.items:
            if item.record.number == "2":
                item.record.told["name"] = None
            batch.note(item, "name", "told once")
        COST_CENTRES.store(batch)

    files.read(CUSTOMER)
    monkeypatch.setattr(runner, "KINDS", (replace(COST_CENTRES, store=store_with_a_gap),))
    rows = [{**COST_CENTRE, "cost_centre": str(number)} for number in (1, 2, 3)]

    report = files.read(*rows, skip_bad=True)

    assert counts(report) == (2, 0, 0, 1)
    assert told(report) == ["Zeile 3: Die Datenbank nimmt die Zeile nicht an."]
    assert [len(remark.findings) for remark in report.note_rows] == [1, 1]


def test_an_import_leaves_an_audit_event(session: Session, files: Files) -> None:
    report = files.read(ARTICLE)
    session.commit()

    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject_number, event.actor_name) == ("import.read", report.number, "System")
    assert report.number == "EI-2026-00001"
    assert event.after["sha256"] == report.sha256
    assert (event.after["created"], event.after["bad"], event.after["kind"]) == (1, 0, "Artikel")


def test_odd_encodings_reach_the_database(session: Session, files: Files, tmp_path: Path) -> None:
    text = "sku;name;category_path;list_price_net_eur_cents\r\nÄ-1;Gehäuse für 5 €;Zubehör;100\r\n"
    for number, encoding in enumerate(("utf-8-sig", "cp1252", "utf-16")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(text.replace("Ä-1", f"Ä-{number}").encode(encoding))
        assert counts(files.read_file(path)) == (1, 0, 0, 0)

    assert session.scalars(select(Product.name)).all() == ["Gehäuse für 5 €"] * 3
    assert session.scalars(select(Category.name)).all() == ["Zubehör"]


WORDS = ["", "=1+1", "9" * 18, "-1", "0", "ALL", "[]", "{}", "2026-02-28", "a > b > c", "K1", "MO-1", "RV-1", "99999"]
VALUES = st.integers() | st.floats() | st.text(max_size=5)
TIERS = st.fixed_dictionaries({"ab_menge": st.integers(0, 9), "preis_cent": st.integers(-1, 10**10)})
CELLS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.sampled_from(WORDS),
    st.dictionaries(st.sampled_from(["farbe", "gewicht", "x_mm"]), VALUES).map(json.dumps),
    st.lists(TIERS, max_size=3).map(json.dumps),
)


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_a_cell_is_written_or_told(filled: Files, name: str, data: st.DataObject) -> None:
    """Nothing but told problems, on both databases; and what was written is unchanged the second time."""
    columns = sorted(runner.recognise(tuple(KINDS[name])).columns)
    changed = data.draw(st.dictionaries(st.sampled_from(columns), CELLS, min_size=1, max_size=3))
    row = KINDS[name] | changed

    with filled.session.begin_nested() as savepoint:
        first = filled.read(row, skip_bad=True)
        again = filled.read(row, skip_bad=True)
        savepoint.rollback()

    assert sum(counts(first)) <= 1
    assert (again.unchanged, again.bad) == (first.created + first.updated + first.unchanged, first.bad)
    assert not any("Die Datenbank nimmt" in line for line in told(first))
