"""What the shop calls the attributes that sources know: German label, unit, kind; values that are translated."""

from dataclasses import dataclass

from webshop.catalog.models import AttributeKind

TEXT, NUMBER, FLAG = AttributeKind.TEXT, AttributeKind.NUMBER, AttributeKind.FLAG


@dataclass(frozen=True)
class Spec:
    """How an attribute is shown. `factor` turns the source's number into ours."""

    label: str
    unit: str = ""
    kind: AttributeKind = NUMBER
    factor: float = 1.0


_COLOURS = {
    "Beige": "Beige",
    "Black": "Schwarz",
    "Blue": "Blau",
    "Bronze": "Bronze",
    "Brown": "Braun",
    "Copper": "Kupfer",
    "Gold": "Gold",
    "Gray": "Grau",
    "Green": "Grün",
    "Gunmetal": "Dunkelgrau",
    "Multicolor": "Mehrfarbig",
    "Orange": "Orange",
    "Pink": "Rosa",
    "Purple": "Violett",
    "Red": "Rot",
    "Silver": "Silber",
    "Tan": "Hellbraun",
    "Transparent": "Transparent",
    "White": "Weiß",
    "Yellow": "Gelb",
}
_CONNECTIONS = {"Wired": "Kabel", "Wireless": "Funk", "Bluetooth Wireless": "Bluetooth"}
_AIRFLOW = {
    "front-to-rear": "von vorn nach hinten",
    "rear-to-front": "von hinten nach vorn",
    "side-to-rear": "von der Seite nach hinten",
    "left-to-right": "von links nach rechts",
    "right-to-left": "von rechts nach links",
    "passive": "ohne Lüfter",
}
VALUES: dict[str, dict[str, str]] = {
    "abtastung": {"Optical": "Optisch", "Laser": "Laser", "Trackball": "Trackball", "Touchpad": "Touchpad"},
    "anschluss": _CONNECTIONS,
    "bauart": {"Desktop": "Tischgerät", "Portable": "Tragbar"},
    "bauform": {
        "Circumaural": "ohrumschließend",
        "Supra-aural": "ohraufliegend",
        "In Ear": "In-Ear",
        "Earbud": "Ohrhörer",
        "Ergonomic": "ergonomisch",
        "Ergonomic Split": "ergonomisch, geteilt",
        "Slim": "flach",
        "Mini": "kompakt",
        "Standard": "Standard",
    },
    "beleuchtung": _COLOURS,
    "farbe": _COLOURS,
    "fokus": {"Auto": "automatisch", "Fixed": "fest", "Manual": "manuell"},
    "gehaeuse": {"Closed": "geschlossen", "Open": "offen"},
    "haendigkeit": {"Both": "beidhändig", "Right": "Rechtshänder", "Left": "Linkshänder"},
    "luftstrom": _AIRFLOW,
}
"""Words of sources in other languages, by attribute; lists in one text are translated part by part."""

ATTRIBUTES: dict[str, Spec] = {
    "bildschirmdiagonale_zoll": Spec("Bildschirmdiagonale", "Zoll"),
    "groesse_zoll": Spec("Größe", "Zoll"),
    "aufloesung": Spec("Auflösung", kind=TEXT),
    "aufloesungen": Spec("Videoauflösungen", kind=TEXT),
    "bildwiederholrate_hz": Spec("Bildwiederholrate", "Hz"),
    "reaktionszeit_ms": Spec("Reaktionszeit", "ms"),
    "panel": Spec("Panel", kind=TEXT),
    "seitenverhaeltnis": Spec("Seitenverhältnis", kind=TEXT),
    "arbeitsspeicher_gb": Spec("Arbeitsspeicher", "GB"),
    "max_ram_gb": Spec("Höchstens adressierbarer Arbeitsspeicher", "GB"),
    "festspeicher": Spec("Festspeicher", kind=TEXT),
    "kapazitaet_gb": Spec("Kapazität", "GB"),
    "architektur_bit": Spec("Architektur", "Bit", TEXT),
    "betriebssysteme": Spec("Betriebssysteme", kind=TEXT),
    "bauart": Spec("Bauart", kind=TEXT),
    "bauform": Spec("Bauform", kind=TEXT),
    "gehaeuse": Spec("Hörmuscheln", kind=TEXT),
    "kabellos": Spec("Kabellos", kind=FLAG),
    "mikrofon": Spec("Mikrofon", kind=FLAG),
    "anschluss": Spec("Anschluss", kind=TEXT),
    "schnittstelle": Spec("Schnittstelle", kind=TEXT),
    "schnittstellen": Spec("Netzwerkanschlüsse", kind=TEXT),
    "ports": Spec("Ports"),
    "poe": Spec("Power over Ethernet", kind=FLAG),
    "konsolenanschluesse": Spec("Konsolenanschlüsse"),
    "stromausgaenge": Spec("Stromausgänge"),
    "netzteile": Spec("Netzteile"),
    "scheinleistung_va": Spec("Scheinleistung", "VA"),
    "wirkleistung_w": Spec("Wirkleistung", "W"),
    "leistung_w": Spec("Leistung", "W"),
    "kanaele": Spec("Kanäle"),
    "frequenzgang": Spec("Frequenzgang", kind=TEXT),
    "frequenzgang_hz_khz": Spec("Frequenzgang", kind=TEXT),
    "schalter": Spec("Tastenschalter", kind=TEXT),
    "ziffernblock": Spec("Ziffernblock", kind=FLAG),
    "beleuchtung": Spec("Beleuchtung", kind=TEXT),
    "abtastung": Spec("Abtastung", kind=TEXT),
    "max_dpi": Spec("Höchste Auflösung", "dpi"),
    "haendigkeit": Spec("Händigkeit", kind=TEXT),
    "fokus": Spec("Fokus", kind=TEXT),
    "sichtfeld_grad": Spec("Sichtfeld", "°"),
    "merkmale": Spec("Merkmale", kind=TEXT),
    "farbe": Spec("Farbe", kind=TEXT),
    "laenge_m": Spec("Länge", "m"),
    "abmessungen_cm": Spec("Abmessungen", "cm", TEXT),
    "hoehe_he": Spec("Höheneinheiten", "HE"),
    "volle_tiefe": Spec("Volle Einbautiefe", kind=FLAG),
    "luftstrom": Spec("Luftstrom", kind=TEXT),
    "gewicht_kg": Spec("Gewicht", "kg"),
    "versandgewicht_kg": Spec("Versandgewicht", "kg"),
    "co2_gesamt_kg": Spec("CO₂-Fußabdruck", "kg"),
    "co2_anteil_nutzung": Spec("Anteil der Nutzung am CO₂-Fußabdruck", "%", factor=100),
    "lebensdauer_jahre": Spec("Angesetzte Nutzungsdauer", "Jahre"),
    "jahresenergie_kwh": Spec("Energieverbrauch im Jahr", "kWh"),
    "datenblatt": Spec("Umweltdatenblatt", kind=TEXT),
}
"""In the order in which an article page shows them."""

DROPPED = frozenset({"mpn_quelle", "bericht"})
"""Keys that say something about the source, not about the article."""

UNIT_ENDINGS = {
    "zoll": "Zoll",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "g": "g",
    "kg": "kg",
    "w": "W",
    "kw": "kW",
    "va": "VA",
    "v": "V",
    "a": "A",
    "mah": "mAh",
    "wh": "Wh",
    "kwh": "kWh",
    "mb": "MB",
    "gb": "GB",
    "tb": "TB",
    "mbit": "Mbit/s",
    "gbit": "Gbit/s",
    "hz": "Hz",
    "mhz": "MHz",
    "ghz": "GHz",
    "ms": "ms",
    "min": "min",
    "db": "dB",
    "he": "HE",
    "dpi": "dpi",
    "mp": "MP",
    "lm": "lm",
    "prozent": "%",
    "jahre": "Jahre",
    "monate": "Monate",
    "stunden": "h",
    "seiten": "Seiten",
    "grad": "°",
}
"""The last part of an unknown key that names its unit."""

PORTS = {
    "100base-tx": "Fast Ethernet",
    "1000base-t": "Gigabit-Ethernet",
    "2.5gbase-t": "2,5-Gigabit-Ethernet",
    "5gbase-t": "5-Gigabit-Ethernet",
    "10gbase-t": "10-Gigabit-Ethernet",
    "1000base-x-gbic": "GBIC",
    "1000base-x-sfp": "SFP",
    "10gbase-x-sfpp": "SFP+",
    "10gbase-x-xfp": "XFP",
    "25gbase-x-sfp28": "SFP28",
    "50gbase-x-sfp28": "SFP28 (50 Gbit/s)",
    "40gbase-x-qsfpp": "QSFP+",
    "100gbase-x-qsfp28": "QSFP28",
    "400gbase-x-qsfpdd": "QSFP-DD",
    "ieee802.11g": "WLAN 802.11g",
    "ieee802.11n": "WLAN 4 (802.11n)",
    "ieee802.11ac": "WLAN 5 (802.11ac)",
    "ieee802.11ax": "WLAN 6 (802.11ax)",
    "ieee802.15.1": "Bluetooth",
    "other-wireless": "Funk",
    "infiniband-hdr": "InfiniBand HDR",
    "juniper-vcp": "Virtual Chassis",
    "lte": "LTE",
    "gpon": "GPON",
    "xdsl": "DSL",
    "t1": "T1",
    "other": "weitere",
}
"""Kinds of network ports."""

NO_PORTS = frozenset({"virtual", "bridge"})
"""Interfaces without a socket."""
