"""Units in words: one and many, marked for the catalogue. A unit that the shop does not know keeps its own word."""

from collections.abc import Callable, Mapping
from typing import Final

from webshop.core.formats import NBSP, whole


def _unit(one: str, many: str) -> tuple[str, str]:
    """Mark a unit for the translation catalogue: the word after 1, the word after other numbers."""
    return one, many


MANY: Final[Mapping[str, str]] = dict(
    (
        _unit("Stück", "Stück"),
        _unit("100 Stück", "100 Stück"),
        _unit("1.000 Stück", "1.000 Stück"),
        _unit("Paar", "Paar"),
        _unit("Satz", "Sätze"),
        _unit("Dutzend", "Dutzend"),
        _unit("Meter", "Meter"),
        _unit("Zentimeter", "Zentimeter"),
        _unit("Quadratmeter", "Quadratmeter"),
        _unit("Liter", "Liter"),
        _unit("Kilogramm", "Kilogramm"),
        _unit("Gramm", "Gramm"),
        _unit("Minute", "Minuten"),
        _unit("15 Minuten", "15 Minuten"),
        _unit("30 Minuten", "30 Minuten"),
        _unit("Stunde", "Stunden"),
        _unit("Tag", "Tage"),
        _unit("Personentag", "Personentage"),
        _unit("Woche", "Wochen"),
        _unit("Monat", "Monate"),
        _unit("Jahr", "Jahre"),
        _unit("Pauschale", "Pauschalen"),
        _unit("Nutzer", "Nutzer"),
        _unit("Person", "Personen"),
        _unit("Leistungseinheit", "Leistungseinheiten"),
        _unit("Megabyte", "Megabyte"),
        _unit("Gigabyte", "Gigabyte"),
        _unit("Terabyte", "Terabyte"),
        _unit("100 GB", "100 GB"),
        _unit("Kilowattstunde", "Kilowattstunden"),
        _unit("Antrag", "Anträge"),
        _unit("Arbeitsplatz", "Arbeitsplätze"),
        _unit("Auftritt", "Auftritte"),
        _unit("Domain", "Domains"),
        _unit("Gebäude", "Gebäude"),
        _unit("Gerät", "Geräte"),
        _unit("Gruppe", "Gruppen"),
        _unit("HE", "HE"),
        _unit("Instanz", "Instanzen"),
        _unit("Karte", "Karten"),
        _unit("Lizenz", "Lizenzen"),
        _unit("Nebenstelle", "Nebenstellen"),
        _unit("Nummer", "Nummern"),
        _unit("Ordner", "Ordner"),
        _unit("Postfach", "Postfächer"),
        _unit("Raum", "Räume"),
        _unit("Schule", "Schulen"),
        _unit("Sendung", "Sendungen"),
        _unit("Server", "Server"),
        _unit("Standort", "Standorte"),
        _unit("Zertifikat", "Zertifikate"),
    )
)


def counted(value: int, unit: str, language: str, ngettext: Callable[[str, str, int], str]) -> str:
    """`1.200 Stück`, `3 Lizenzen` with a no-break space, in the words of that catalogue."""
    return f"{whole(value, language)}{NBSP}{ngettext(unit, MANY.get(unit, unit), value)}"
