"""Units: UN/ECE Recommendation 20 for machines, a German word for people."""

from typing import NamedTuple


class Unit(NamedTuple):
    """A unit as an article carries it."""

    code: str
    label: str


PIECE = Unit("C62", "Stück")
CODES = {
    unit.code: unit
    for unit in (
        PIECE,
        Unit("H87", "Stück"),
        Unit("EA", "Stück"),
        Unit("PR", "Paar"),
        Unit("SET", "Satz"),
        Unit("DZN", "Dutzend"),
        Unit("CEN", "100 Stück"),
        Unit("MIL", "1.000 Stück"),
        Unit("MTR", "Meter"),
        Unit("CMT", "Zentimeter"),
        Unit("MTK", "Quadratmeter"),
        Unit("LTR", "Liter"),
        Unit("KGM", "Kilogramm"),
        Unit("GRM", "Gramm"),
        Unit("MIN", "Minute"),
        Unit("HUR", "Stunde"),
        Unit("DAY", "Tag"),
        Unit("WEE", "Woche"),
        Unit("MON", "Monat"),
        Unit("ANN", "Jahr"),
        Unit("LS", "Pauschale"),
        Unit("IE", "Person"),
        Unit("E48", "Leistungseinheit"),
        Unit("4L", "Megabyte"),
        Unit("E34", "Gigabyte"),
        Unit("E35", "Terabyte"),
        Unit("KWH", "Kilowattstunde"),
    )
}
"""The codes that the shop knows."""

_WORDS = {
    "Stück": "C62",
    "Paar": "PR",
    "Satz": "SET",
    "100 Stück": "CEN",
    "1.000 Stück": "MIL",
    "Meter": "MTR",
    "Kilogramm": "KGM",
    "Stunde": "HUR",
    "Tag": "DAY",
    "Personentag": "DAY",
    "Monat": "MON",
    "Jahr": "ANN",
    "Pauschale": "LS",
    "Nutzer": "IE",
    "Person": "IE",
}
_COUNTED = (
    "100 GB",
    "15 Minuten",
    "30 Minuten",
    "Antrag",
    "Arbeitsplatz",
    "Auftritt",
    "Domain",
    "Gebäude",
    "Gerät",
    "Gruppe",
    "HE",
    "Instanz",
    "Karte",
    "Lizenz",
    "Nebenstelle",
    "Nummer",
    "Ordner",
    "Postfach",
    "Raum",
    "Schule",
    "Sendung",
    "Server",
    "Standort",
    "Zertifikat",
)
"""Things that are counted one by one: "one" (C62) for machines, the word for people."""

WORDS = {word: Unit(code, word) for word, code in _WORDS.items()} | {word: Unit("C62", word) for word in _COUNTED}
UNITS = CODES | WORDS
"""Everything that a file may say: a code or a word."""
