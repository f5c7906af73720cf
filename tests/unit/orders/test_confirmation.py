"""The order confirmation: a letter that says what was ordered, made from its snapshot alone, blind to the outside."""

import io
import itertools
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.unit.orders.samples import APPROVED, sample_order
from webshop.config import Provider
from webshop.documents.pdf import iban, page
from webshop.orders.pdf import confirmation_snapshot, render_confirmation

GOLDEN = Path(__file__).parent / "golden"


def snapshot(**kwargs: Any) -> dict[str, Any]:
    taken = confirmation_snapshot(sample_order(**kwargs), provider=Provider(), now=APPROVED, payment_terms_days=30)
    stored: dict[str, Any] = json.loads(json.dumps(taken))
    return stored


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages).replace("\u00a0", " ")


@pytest.mark.parametrize(("name", "lines", "places"), [("small", 2, 1), ("large", 12, 5)])
def test_the_letter_reads_as_agreed(name: str, lines: int, places: int) -> None:
    """Compared word by word with `golden/`; layout may change, words and figures may not."""
    words = " ".join(text(render_confirmation(snapshot(lines=lines, places=places))).split())

    golden = GOLDEN / f"confirmation-{name}.txt"
    assert words == " ".join(golden.read_text(encoding="utf-8").split())


def test_the_confirmation_is_the_order() -> None:
    """§ 150(2) BGB: a confirmation that differs is a refusal. Every line, price and sum is on paper."""
    order = sample_order(9, places=2)
    shown = " ".join(text(render_confirmation(snapshot(lines=9, places=2))).split())

    for line in order.lines:
        assert line.number in shown
        assert line.title.split()[0] in shown
        assert _euro(line.net) in shown
        assert not line.monthly_net or _euro(line.monthly_net) in shown
    for totals in (order.once, order.monthly):
        assert _euro(totals.net) in shown
        assert _euro(totals.gross) in shown
        assert all(_euro(group.tax) in shown for group in totals.groups)


def _euro(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", "X").replace(".", ",").replace("X", ".") + " €"


def test_a_business_letter_names_its_sender_in_full() -> None:
    """§ 35a GmbHG, § 25a GenG."""
    shown = " ".join(text(render_confirmation(snapshot(lines=1))).split())

    provider = Provider()
    for value in (provider.legal_form, provider.city, provider.register_court, provider.register_number, provider.vat_id):
        assert value in shown
    for name in ("Dr. Katharina Behrend", "Thomas Ziegler", "Sabine Wolters"):
        assert name in shown
    assert "DE02 1203 0000 0000 2020 51" in shown


def test_long_letters_carry_their_sums_and_count_their_pages() -> None:
    pages = [page.extract_text().replace("\u00a0", " ") for page in read(render_confirmation(snapshot(lines=40, places=3))).pages]

    assert len(pages) > 4
    for number, content in enumerate(pages, start=1):
        assert f"Seite {number} von {len(pages)}" in content
        assert number == 1 or "Auftragsbestätigung AB-2026-00009" in content
    for before, after in itertools.pairwise(pages):
        carried = before.partition("Zwischensumme Einmalig netto: ")[2].split(" €")[0]
        assert after.partition("Übertrag Einmalig netto: ")[2].split(" €")[0] == carried
    assert "Übertrag" not in pages[0]
    assert "Zwischensumme" not in pages[-1]


def test_the_file_is_tagged_archivable_and_german() -> None:
    pdf = read(render_confirmation(snapshot(lines=2)))
    root: Any = pdf.trailer["/Root"]

    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Auftragsbestätigung AB-2026-00009"
    xmp = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="A"' in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert xmp.count("<rdf:RDF") == 1
    fonts = {str(font.get_object()["/BaseFont"]) for p in pdf.pages for font in p["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert {name.partition("+")[2] for name in fonts} <= {"Letter", "Letter-Medium", "Letter-Semi-Bold"}


def test_equal_snapshots_give_equal_bytes_in_every_process() -> None:
    taken = snapshot(lines=3, places=2)
    program = (
        "import json, sys, hashlib\n"
        "from webshop.orders.pdf import render_confirmation\n"
        "print(hashlib.sha256(render_confirmation(json.load(sys.stdin))).hexdigest())"
    )

    def run() -> str:
        return subprocess.run(
            [sys.executable, "-c", program], input=json.dumps(taken), capture_output=True, text=True, check=True
        ).stdout

    assert run() == run()


def test_later_changes_of_the_order_change_no_letter() -> None:
    order = sample_order(2)
    taken = json.loads(json.dumps(confirmation_snapshot(order, provider=Provider(), now=APPROVED, payment_terms_days=30)))
    before = render_confirmation(taken)

    order.customer_name, order.lines[0].title, order.lines[0].net = "Anders", "Anders", Decimal("1.00")

    assert render_confirmation(taken) == before


def test_hundreds_of_lines_and_dozens_of_places_fit() -> None:
    pdf = render_confirmation(snapshot(lines=60, places=30))

    assert len(read(pdf).pages) > 8
    assert "Aufteilung auf die Orte Y bis AD" in text(pdf)


def test_a_web_process_never_loads_the_pdf_library() -> None:
    program = "import sys, webshop.app, webshop.orders.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\ud800", "\u202e", "\u2066", "\ufffe"])
def test_characters_that_no_letter_carries_are_left_out(char: str) -> None:
    shown = page("order_confirmation.html", _arranged(f"vorn{char}hinten"))

    assert "vornhinten" in shown


def _arranged(words: str) -> dict[str, Any]:
    from webshop.orders.pdf import _letter

    return _letter(confirmation_snapshot(sample_order(2, text=words), provider=Provider(), now=APPROVED, payment_terms_days=30))


def test_an_iban_is_read_in_groups_of_four() -> None:
    assert iban("DE02120300000000202051") == "DE02\u00a01203\u00a00000\u00a00000\u00a02020\u00a051"
