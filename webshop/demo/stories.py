"""What happened in the demo's last weeks: who ordered what, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from webshop.demo.people import GARDELEGEN, MAGDEBURG, STENDAL

HALLE, DESSAU, HALBERSTADT, NAUMBURG, SALZLAND, HARZ = "K10002", "K10003", "K10007", "K10012", "K10039", "K10040"
Verb = Literal["grant", "refuse", "ask", "answer", "withdraw", "cancel", "done", "failed", "claimed"]


@dataclass(frozen=True)
class Line:
    """An article of an order."""

    article: str
    quantity: int
    cost_centre: str = ""
    """Empty: the first that the person may order for."""
    note: str = ""
    places: Mapping[str, int] = field(default_factory=dict)
    """Pieces by the label of an address; none: all to the order's address."""
    shares: Mapping[str, int] = field(default_factory=dict)
    """Percent by cost centre."""


@dataclass(frozen=True)
class Then:
    """Something that happened later: so many hours after the submission."""

    hours: float
    verb: Verb
    who: str = ""
    text: str = ""
    lines: tuple[int, ...] = ()
    """Positions that a step of the fulfilment is about; none: all."""


@dataclass(frozen=True)
class Story:
    """An order and its life."""

    days: int
    """Days ago."""
    hour: float
    """UTC."""
    house: str
    buyer: str
    lines: tuple[Line, ...]
    then: tuple[Then, ...] = ()
    subject: str = ""
    reference: str = ""
    note: str = ""
    place: str = "Rathaus"


ABWICKLUNG, VERTRIEB = "abwicklung@shop.example.org", "vertrieb@shop.example.org"
KATRIN, PETERSEN, MOELLENDORF = (f"{name}@magdeburg.example.org" for name in ("bestellung", "freigabe", "verwaltung"))
TOBIAS, OELSCHLAEGER = "bestellung@stendal.example.org", "freigabe@stendal.example.org"


def done(hours: float, *lines: int, text: str = "") -> Then:
    """Delivered or set up."""
    return Then(hours, "done", ABWICKLUNG, text, lines)


def grant(hours: float, who: str, text: str = "") -> Then:
    """Approved."""
    return Then(hours, "grant", who, text)


SCHOOLS = {
    "Gymnasium Nordpark (fiktiv)": 70,
    "Gymnasium am Elbufer (fiktiv)": 60,
    "Sekundarschule Westring (fiktiv)": 50,
    "Grundschule Lindenhof (fiktiv)": 30,
    "Berufsbildende Schulen Ost (fiktiv)": 40,
}

STORIES: tuple[Story, ...] = (
    Story(
        42,
        8.2,
        MAGDEBURG,
        KATRIN,
        (Line("PK-100001", 6, "111501"), Line("DL-5001", 6, "111501")),
        (grant(3.5, PETERSEN), done(80, 1, text="Paket 00340434161094042557"), done(120, 2, text="Aufgebaut und übergeben")),
        "Arbeitsplätze für das neue Bürgerbüro",
        "IT-2026-0412",
    ),
    Story(
        40,
        9.5,
        HALLE,
        "petra.czerwenka@halle.example.org",
        (Line("MO-101053", 24, "111510"), Line("ZB-100047", 24, "111510"), Line("ZB-100346", 24, "111510")),
        (grant(22, "cornelia.feuerriegel@halle.example.org"), done(96)),
        "Ersatz alter Bildschirme, Haus B",
    ),
    Story(
        38,
        7.4,
        STENDAL,
        TOBIAS,
        (Line("ZB-100703", 8, "111500"),),
        (done(52, text="Abgeholt"),),
        "Headsets für die Telefonzentrale",
        "STE-88/26",
    ),
    Story(
        36,
        12.1,
        DESSAU,
        "grit.krahmer@dessau-rosslau.example.org",
        (Line("US-100017", 8, "111501"), Line("DL-5004", 2, "111501")),
        (grant(5, "carola.dannhauer@dessau-rosslau.example.org"), done(70, 1), done(75, 2)),
        "USV für die Außenstellen",
    ),
    Story(
        34,
        10.7,
        HARZ,
        "silke.dannhauer@landkreis-harz.example.org",
        (Line("NB-100247", 10, "111501"), Line("PK-100003", 10, "111501")),
        (grant(26, "uwe.jaenicke@landkreis-harz.example.org", "Im Haushalt vorgesehen."), done(120)),
        "Notebooks Jobcenter",
        "LKH-IT-311",
        place="Kreisverwaltung",
    ),
    Story(
        33,
        13.3,
        MAGDEBURG,
        "lutz.mierendorf@magdeburg.example.org",
        (Line("TK-100275", 4, "126020"), Line("DL-9001", 4, "126020")),
        (grant(20, MOELLENDORF), done(95, 1, text="Geräte übergeben"), done(110, 2)),
        "Diensttelefone Einsatzleitung",
        place="Feuerwache Süd (fiktiv)",
    ),
    Story(
        31,
        8.9,
        HALBERSTADT,
        "enrico.vogelgesang@halberstadt.example.org",
        (Line("DL-1003", 3, "111500", "Start zum Monatsanfang"),),
        (grant(4, "holger.unglaube@halberstadt.example.org"), done(140, text="Zugänge eingerichtet")),
        "Heimarbeitsplätze IT",
    ),
    Story(
        30,
        9.0,
        SALZLAND,
        "carola.zwanziger@salzlandkreis.example.org",
        (Line("MO-100984", 20, "311020"),),
        (
            Then(6, "ask", "ralf.hinkeldey@salzlandkreis.example.org", "Reichen nicht 18 Stück? Zwei Plätze sind unbesetzt."),
            Then(9, "answer", "carola.zwanziger@salzlandkreis.example.org", "Beide Stellen werden zum 1. des Monats besetzt."),
            grant(27, "ralf.hinkeldey@salzlandkreis.example.org"),
            done(100, text="Spedition, 2 Paletten"),
        ),
        "Zweitbildschirme Sozialamt",
        place="Kreisverwaltung",
    ),
    Story(
        28,
        11.2,
        STENDAL,
        TOBIAS,
        (Line("NB-100189", 6, "111500"),),
        (Then(24, "refuse", OELSCHLAEGER, "Bitte zuerst die Geräte aus dem Pool ausgeben; im nächsten Jahr erneut stellen."),),
        "Notebooks Reserve",
    ),
    Story(
        27,
        7.9,
        NAUMBURG,
        "soeren.rosentreter@naumburg.example.org",
        (Line("ZB-100866", 3, "121000"), Line("ZB-100779", 3, "121000")),
        (grant(2, "marcel.vogelgesang@naumburg.example.org"), done(60)),
        "Wahlbüro: Videoschulung der Helfer",
    ),
    Story(
        26,
        8.4,
        MAGDEBURG,
        KATRIN,
        (Line("NB-100159", 250, "217001", places=SCHOOLS, shares={"217001": 80, "111501": 20}),),
        (
            grant(21, PETERSEN, "Mittel aus dem DigitalPakt, geprüft."),
            grant(29, MOELLENDORF, "Einverstanden."),
            Then(150, "claimed", ABWICKLUNG),
        ),
        "250 Notebooks für fünf Schulen",
        "DP-2026-07",
        "Anlieferung bitte je Schule ankündigen, nicht in den Ferien.",
    ),
    Story(
        25,
        10.1,
        HALLE,
        "steffen.jaenicke@halle.example.org",
        (Line("PK-100005", 2, "216020"),),
        (grant(25, "olaf.hinkeldey@halle.example.org"), done(90)),
        "Klassensätze Sekundarschule",
    ),
    Story(
        23,
        9.8,
        HARZ,
        "norbert.ihlenfeld@landkreis-harz.example.org",
        (Line("ZB-100336", 5, "122020"),),
        (done(48),),
        "Ergonomische Mäuse",
        place="Kreisverwaltung",
    ),
    Story(
        21,
        13.0,
        MAGDEBURG,
        KATRIN,
        (Line("NW-100977", 2, "111501"), Line("NW-101028", 8, "111501"), Line("DL-4004", 2, "217001")),
        (
            grant(17, PETERSEN),
            done(100, 1, 2, text="Geliefert an Hausmeister"),
            Then(110, "failed", ABWICKLUNG, "Die Schule hat den Termin zur Ausleuchtung abgesagt; neuer Termin offen.", (3,)),
        ),
        "WLAN Gymnasium Nordpark",
        "DP-2026-09",
        place="Gymnasium Nordpark (fiktiv)",
    ),
    Story(
        19,
        8.6,
        STENDAL,
        "antje.czerwenka@stendal.example.org",
        (Line("DL-1001", 5, "311000"), Line("DL-1002", 5, "311000")),
        (grant(6, OELSCHLAEGER), done(70, 2), done(90, 1)),
        "VPN für den Außendienst",
    ),
    Story(
        17,
        12.4,
        DESSAU,
        "mario.zschau@dessau-rosslau.example.org",
        (Line("SV-100094", 1, "111501"), Line("US-100070", 1, "111501"), Line("DL-6001", 1, "111501")),
        (
            grant(20, "soeren.muessiggang@dessau-rosslau.example.org"),
            Then(72, "failed", ABWICKLUNG, "Der Hersteller meldet Lieferverzug von vier Wochen.", (1,)),
            done(80, 2),
        ),
        "Server Zeiterfassung mit Sicherung",
    ),
    Story(
        15,
        7.7,
        GARDELEGEN,
        TOBIAS,
        (Line("ZB-100864", 2), Line("ZB-100912", 2)),
        (done(40),),
        "Kameras für den Ratssaal",
    ),
    Story(
        13,
        9.9,
        MAGDEBURG,
        "birgit.stieglitz@magdeburg.example.org",
        (Line("MO-100546", 4, "571020"),),
        (Then(4, "withdraw", "birgit.stieglitz@magdeburg.example.org", "Andere Größe gewünscht."),),
        "Bildschirme Wirtschaftsförderung",
    ),
    Story(
        12,
        10.5,
        HALLE,
        "volker.lohoefener@halle.example.org",
        (Line("TK-100255", 6, "365010"),),
        (
            grant(22, "olaf.hinkeldey@halle.example.org"),
            Then(48, "cancel", VERTRIEB, "Auf Wunsch der Kommune storniert: Fördermittel sind nicht bewilligt."),
        ),
        "Tablets Kindertagesstätten",
    ),
    Story(
        9,
        8.1,
        MAGDEBURG,
        KATRIN,
        (Line("PK-100002", 5, "111001"), Line("DL-5003", 5, "111001", "Festplatten bitte vor Ort löschen")),
        (grant(27, PETERSEN), done(76, 1, text="Geliefert, Empfang quittiert")),
        "Arbeitsplätze Zentrale Dienste",
        "IT-2026-0466",
    ),
    Story(
        8,
        11.6,
        NAUMBURG,
        "maik.dannhauer@naumburg.example.org",
        (Line("ZB-100047", 4, "553000"), Line("ZB-100346", 4, "553000")),
        (grant(25, "mario.lohoefener@naumburg.example.org"), done(72, text="Paket 00340434161094042813")),
        "Tastaturen und Mäuse Friedhofsverwaltung",
    ),
    Story(
        7,
        9.3,
        HARZ,
        "ralf.seyffarth@landkreis-harz.example.org",
        (Line("DL-9004", 1, "111001"), Line("DL-9005", 1, "111001")),
        (grant(20, "volker.hinkeldey@landkreis-harz.example.org"), Then(90, "claimed", ABWICKLUNG, lines=(1,))),
        "Basisprüfung Informationssicherheit",
        place="Kreisverwaltung",
    ),
    Story(
        6,
        12.8,
        STENDAL,
        TOBIAS,
        (Line("NB-100304", 12, "111500"), Line("MO-100909", 12, "111500")),
        (Then(5, "ask", OELSCHLAEGER, "Aus welchem Ansatz wird das bezahlt? Bitte den Haushaltsvermerk nennen."),),
        "Notebooks und Bildschirme Fachämter",
        "STE-104/26",
    ),
    Story(
        5,
        8.0,
        MAGDEBURG,
        "ines.quasdorf@magdeburg.example.org",
        (Line("NB-100181", 30, "217001", "Bitte mit deutschem Tastaturlayout"),),
        (),
        "Chromebooks Projektklasse",
        place="Gymnasium am Elbufer (fiktiv)",
    ),
    Story(
        4,
        10.3,
        MAGDEBURG,
        "kerstin.oehlschlaeger@magdeburg.example.org",
        (Line("ZB-100866", 2, "424020"), Line("ZB-100912", 2, "424020")),
        (done(50, 1, text="Paket 00340434161094043001"),),
        "Technik für Vereinsgespräche",
    ),
    Story(
        3,
        9.1,
        MAGDEBURG,
        KATRIN,
        (Line("MO-101173", 40, "111501", shares={"111501": 60, "111001": 40}), Line("PK-100003", 20, "111501")),
        (grant(24, PETERSEN, "Stückzahl mit den Fachbereichen abgestimmt."),),
        "Monitore für die Fachbereiche",
        "IT-2026-0471",
    ),
    Story(
        2,
        7.6,
        MAGDEBURG,
        KATRIN,
        (Line("DL-1003", 8, "111001"), Line("DL-2002", 8, "111001")),
        (
            Then(3, "ask", PETERSEN, "Sind die acht Stellen im Stellenplan bestätigt?"),
            Then(6, "answer", KATRIN, "Ja, Stellenplan vom 1. des Monats, Nummern 14 bis 21."),
        ),
        "Heimarbeitsplätze Zentrale Dienste",
        "IT-2026-0473",
    ),
    Story(
        2,
        11.9,
        HALLE,
        "thomas.hinkeldey@halle.example.org",
        (Line("ZB-100703", 20, "365010"),),
        (),
        "Headsets Kindertagesstätten",
    ),
    Story(
        2,
        13.1,
        DESSAU,
        "grit.krahmer@dessau-rosslau.example.org",
        (Line("ZB-100003", 15, "111501"), Line("ZB-100321", 15, "111501")),
        (),
        "Vorrat Tastaturen und Mäuse",
    ),
    Story(
        1,
        7.3,
        HARZ,
        "silke.dannhauer@landkreis-harz.example.org",
        (Line("DL-5006", 4, "111501"), Line("US-100023", 2, "111501")),
        (),
        "USV für den Empfang",
        place="Kreisverwaltung",
    ),
    Story(
        1,
        8.8,
        MAGDEBURG,
        "manuela.hoesselbarth@magdeburg.example.org",
        (Line("MO-100739", 14, "414010"),),
        (),
        "Bildschirme Gesundheitsamt",
    ),
    Story(
        1,
        9.4,
        STENDAL,
        TOBIAS,
        (Line("DL-4002", 1, "216000"), Line("NW-100928", 3, "216000")),
        (),
        "Schulserver Am Stadtsee",
        "STE-107/26",
        place="Sekundarschule Am Stadtsee (fiktiv)",
    ),
)
