"""CSV files for tests of the importer: one good row per kind, and ways to change it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from webshop.imports.report import ImportReport
from webshop.imports.runner import run_import

Row = Mapping[str, str]

ARTICLE: Row = {
    "sku": "MO-1",
    "manufacturer": "Iiyama",
    "mpn": "XB2483HSU-B5",
    "name": "Iiyama ProLite 24 Zoll",
    "category_path": "Monitore > Office-Monitore",
    "short_description": "24-Zoll-Monitor",
    "attributes_json": json.dumps(
        {"bildschirmdiagonale_zoll": "23,8", "farbe": "Black / Silver", "mpn_quelle": "x", "poe": True}
    ),
    "list_price_net_eur_cents": "12999",
    "unit": "C62",
}
SERVICE: Row = {
    "sku": "DL-1",
    "name": "VPN-Zugang",
    "description": "Gesicherter Fernzugang. Mit Zertifikat.",
    "category": "Dienstleistungen > Arbeitsplatz und Zugang",
    "one_off_price_net_eur_cents": "2500",
    "monthly_price_net_eur_cents": "690",
    "minimum_term_months": "12",
    "notice_period": "1 Monat zum Monatsende",
    "unit": "Nutzer",
    "config_fields_json": json.dumps([{"key": "benutzername", "label": "Benutzername", "type": "string", "required": True}]),
    "vat_rate_percent": "19",
    "lead_time_workdays": "5",
}
CUSTOMER: Row = {
    "customer_no": "K1",
    "ags": "15003000",
    "name": "Landeshauptstadt Magdeburg",
    "type": "Kreisfreie Stadt",
    "street": "Alter Markt 6",
    "postcode": "39104",
    "city": "Magdeburg",
    "leitweg_id": "15003000-DEMO0001-67",
    "invoice_email": "rechnung@magdeburg.example.org",
    "invoice_format": "xrechnung-ubl",
    "payment_terms_days": "14",
    "delivery_addresses_json": json.dumps(
        [
            {
                "bezeichnung": "Rathaus",
                "strasse": "Alter Markt 6",
                "plz": "39104",
                "ort": "Magdeburg",
                "land": "DE",
                "hinweis": "",
            },
            {"bezeichnung": "Bauhof", "strasse": "Weg 1", "plz": "39106", "ort": "Magdeburg", "land": "DE", "hinweis": "Rampe"},
        ]
    ),
    "cost_centres_json": json.dumps([{"kostenstelle": "111501", "bezeichnung": "Informationstechnik", "produktgruppe": "111"}]),
}
COST_CENTRE: Row = {
    "customer_no": "K1",
    "cost_centre": "126020",
    "name": "Feuerwehr",
    "product_group": "126",
    "budget_year": "2026",
    "budget_eur_cents": "10000000",
    "spent_eur_cents": "2500000",
    "approver_email": "",
    "approval_limit_eur_cents": "500000",
}
PERSON: Row = {
    "customer_no": "K1",
    "username": "kmueller",
    "first_name": "Käthe",
    "last_name": "Müller",
    "email": "Kaethe.Mueller@magdeburg.example.org",
    "phone": "0391 5550 10",
    "role": "genehmiger",
    "organisation_unit": "Kämmerei",
    "cost_centres": "111501;126020",
    "order_limit_eur_cents": "1000000",
}
CONTRACT: Row = {
    "contract_no": "RV-1",
    "title": "Monitore Los 2",
    "status": "aktiv",
    "valid_from": "2024-07-01",
    "valid_to": "30.06.2027",
    "customers": "ALL",
    "supplier": "Beispiel GmbH",
    "award_reference": "VG-1",
    "max_volume_eur_cents": "120000000",
    "called_off_eur_cents": "41870000",
    "notice_period": "3 Monate",
    "currency": "EUR",
}
POSITION: Row = {
    "contract_no": "RV-1",
    "position": "1",
    "sku": "MO-1",
    "price_tiers_json": json.dumps([{"ab_menge": 1, "preis_cent": 11000}, {"ab_menge": 10, "preis_cent": 10500}]),
    "min_quantity": "1",
    "max_quantity_per_order": "500",
}
KINDS: Mapping[str, Row] = {
    "Artikel": ARTICLE,
    "Leistungen": SERVICE,
    "Kunden": CUSTOMER,
    "Kostenstellen": COST_CENTRE,
    "Personen": PERSON,
    "Rahmenverträge": CONTRACT,
    "Positionen von Rahmenverträgen": POSITION,
}
"""In an order in which each finds what it refers to."""


def csv_text(rows: Sequence[Row], *, delimiter: str = ",") -> str:
    """The rows as CSV; the first row names the columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, *rows: Row, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A CSV file of these rows."""
    path.write_bytes(csv_text(rows, delimiter=delimiter).encode(encoding))
    return path


class Files:
    """Writes rows to a file and reads it in."""

    def __init__(self, session: Session, folder: Path, now: datetime) -> None:
        self.session, self.folder, self.now = session, folder, now

    def read(self, *rows: Row, now: datetime | None = None, **options: Any) -> ImportReport:
        """What comes of reading these rows."""
        return self.read_file(write(self.folder / "liste.csv", *rows), now=now, **options)

    def read_file(self, path: Path, *, now: datetime | None = None, **options: Any) -> ImportReport:
        """What comes of reading this file."""
        return run_import(self.session, path, now=now or self.now, **options)

    def read_all(self) -> None:
        """One row of every kind."""
        for row in KINDS.values():
            assert self.read(row).bad_rows == []


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, bad."""
    return report.created, report.updated, report.unchanged, report.bad


def told(report: ImportReport) -> list[str]:
    """The bad rows as a person reads them."""
    return [str(remark) for remark in report.bad_rows]
