"""Attributes of sources become typed, labelled, German."""

import json
from typing import Any

import pytest

from webshop.catalog.models import AttributeKind
from webshop.imports.attributes import Value, read_attributes, searchable, spec_for
from webshop.imports.cells import Cells


def read(**source: Any) -> list[Value]:
    cells = Cells({"json": json.dumps(source)})
    found = list(read_attributes(cells, "json"))
    assert cells.findings == []
    return found


@pytest.mark.parametrize(
    ("key", "raw", "stored"),
    [
        ("bildschirmdiagonale_zoll", 24, ("bildschirmdiagonale_zoll", "24", 24.0)),
        ("bildschirmdiagonale_zoll", "23,8", ("bildschirmdiagonale_zoll", "23,8", 23.8)),
        ("bildschirmdiagonale_zoll", "15.6", ("bildschirmdiagonale_zoll", "15,6", 15.6)),
        ("bildschirmdiagonale_zoll", "etwa 24", ("bildschirmdiagonale_zoll", "etwa 24", None)),
        ("mikrofon", True, ("mikrofon", "ja", 1.0)),
        ("ziffernblock", False, ("ziffernblock", "nein", 0.0)),
        ("farbe", "Black / Silver", ("farbe", "Schwarz / Silber", None)),
        ("farbe", "Anthrazit", ("farbe", "Anthrazit", None)),
        ("anschluss", "Wired, Wireless, Bluetooth Wireless", ("anschluss", "Kabel, Funk, Bluetooth", None)),
        ("aufloesung", "1920x1080", ("aufloesung", "1920 × 1080", None)),
        ("gewicht", "10 lb", ("gewicht_kg", "4,536", 4.536)),
        ("gewicht", "500 g", ("gewicht_kg", "0,5", 0.5)),
        ("kapazitaet", "2 TB", ("kapazitaet_gb", "2000", 2000.0)),
        ("co2_anteil_nutzung", "0.1500", ("co2_anteil_nutzung", "15", 15.0)),
        ("frequenzgang_hz_khz", [20, 40], ("frequenzgang", "20 Hz – 40 kHz", None)),
        ("betriebssysteme", ["Windows", "OS X"], ("betriebssysteme", "Windows, OS X", None)),
        ("schnittstellen", {"1000base-t": 8, "virtual": 1}, ("schnittstellen", "8 × Gigabit-Ethernet", None)),
        ("abmessungen_inch", "10.0 x 5.0 x 2.0 inches", ("abmessungen_cm", "25,4 × 12,7 × 5,1", None)),
        ("neu_mm", 12.5, ("neu_mm", "12,5", 12.5)),
        ("neu", "12", ("neu", "12", None)),
        ("tief", {"a": [1, {"b": True}]}, ("tief", "a: 1, b: ja", None)),
    ],
)
def test_values_are_read_as_what_they_are(key: str, raw: Any, stored: tuple[str, str, float | None]) -> None:
    assert read(**{key: raw}) == [stored]


@pytest.mark.parametrize("raw", [None, "", [], {}])
def test_empty_values_are_no_attributes(raw: Any) -> None:
    assert read(farbe=raw) == []


def test_what_speaks_of_the_source_is_dropped() -> None:
    assert read(mpn_quelle="Teilenummer", bericht="May 2020") == []


def test_a_size_of_zero_is_no_size() -> None:
    assert read(hoehe_he=0, laenge_m=0.0, netzteile=0) == [("netzteile", "0", 0.0)]


def test_numbers_beyond_all_measure_are_no_numbers() -> None:
    assert read(gewicht_kg=1e300, netzteile=10**30, kanaele="1" * 30) == [("kanaele", "1" * 30, None)]


@pytest.mark.parametrize("key", ["Farbe", "1x", "x" * 61, "a b", "ä", ""])
def test_odd_keys_are_told(key: str) -> None:
    cells = Cells({"json": json.dumps({key: 1})})
    read_attributes(cells, "json")
    assert len(cells.findings) == 1


def test_a_value_too_long_is_shortened_with_a_remark() -> None:
    cells = Cells({"json": json.dumps({"merkmale": "x" * 600})})

    (value,) = read_attributes(cells, "json")

    assert len(value.text) == 500
    assert len(cells.notes) == 1


def test_unknown_keys_get_a_label_and_a_unit() -> None:
    spec = spec_for("luefter_drehzahl_hz", Value("luefter_drehzahl_hz", "50", 50.0))

    assert (spec.label, spec.unit, spec.kind) == ("Luefter drehzahl", "Hz", AttributeKind.NUMBER)


def test_searches_find_values_with_units_but_no_addresses() -> None:
    values = read(bildschirmdiagonale_zoll=27, mikrofon=True, datenblatt="https://example.org/a.pdf", panel="IPS")

    assert searchable(values) == ["27 Zoll", "IPS"]
