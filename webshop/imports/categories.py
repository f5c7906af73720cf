"""The category tree as files name it: "Netzwerk > Switches". Missing categories are made along the way."""

import re
import unicodedata

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webshop.catalog.models import Category
from webshop.core.i18n import N_
from webshop.imports.cells import Cells
from webshop.imports.text import one_line

MAX_NAME = 120
MAX_SLUG = 60
MAX_DEPTH = 6
MAX_PATH = 400
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

PICTURES = {
    "Monitore": "monitor",
    "Gaming-Monitore": "monitor-gaming",
    "Großformat ab 32 Zoll": "display",
    "Netzwerk": "switch",
    "Switches": "switch",
    "Router und Firewalls": "router",
    "WLAN und Access Points": "access-point",
    "Netzwerkkarten": "network-card",
    "Patchpanel": "patchpanel",
    "Patchkabel": "patch-cable",
    "KVM-Technik": "kvm",
    "Zubehör": "keyboard",
    "Tastaturen": "keyboard",
    "Mäuse und Zeigegeräte": "mouse",
    "Headsets": "headset",
    "Lautsprecher": "speaker",
    "Webcams und Konferenzkameras": "webcam",
    "Kabel und Adapter": "cable",
    "Taschen und Rucksäcke": "bag",
    "Akkus und Netzteile": "charger",
    "Halterungen und Ständer": "mount",
    "Blickschutzfilter": "privacy-filter",
    "USB-Hubs und Kartenleser": "usb-hub",
    "Diebstahlschutz": "lock",
    "Mauspads und Handballenauflagen": "mousepad",
    "USV und Stromversorgung": "ups",
    "USV-Anlagen": "ups",
    "Steckdosenleisten und Überspannungsschutz": "power-strip",
    "Notebooks": "notebook",
    "Desktop-PCs": "desktop",
    "Workstations": "workstation",
    "Dockingstationen": "dock",
    "Server": "server",
    "Server-Zubehör": "server-parts",
    "Speicher": "drive",
    "Externe Laufwerke": "external-drive",
    "NAS-Systeme": "nas",
    "Festplatten": "drive",
    "Solid State Drives": "ssd",
    "Festplatten-Docks und Gehäuse": "drive-dock",
    "Bandlaufwerke und Medien": "tape",
    "USB-Sticks und Speicherkarten": "usb-stick",
    "Komponenten": "mainboard",
    "Arbeitsspeicher": "memory",
    "Grafikkarten": "graphics-card",
    "Netzteile und Gehäuse": "case",
    "Mainboards und Prozessoren": "mainboard",
    "Telefonie und Mobilgeräte": "smartphone",
    "VoIP- und Schnurlostelefone": "phone",
    "Smartphones": "smartphone",
    "Tablets": "tablet",
    "Drucker und Scanner": "printer",
    "Dokumentenscanner": "scanner",
    "Faxgeräte und Kopierer": "fax",
    "Verbrauchsmaterial": "toner",
    "Toner und Trommeln": "toner",
    "Tinte": "ink",
    "Farbbänder und Etiketten": "labels",
    "Präsentationstechnik": "projector",
    "Software": "software",
    "Betriebssysteme": "os",
    "Pakete": "bundle",
    "Dienstleistungen": "service",
    "Kommunikation": "service-communication",
    "Rechenzentrum": "service-datacentre",
    "Arbeitsplatz und Zugang": "service-access",
    "Einführung und Vor-Ort": "service-onsite",
    "Sicherheit, Mobilgeräte und Beratung": "service-security",
    "Daten und Zusammenarbeit": "service-data",
    "Fachverfahren": "service-application",
    "Schule": "service-school",
    "Drucken und Versand": "service-print",
}
"""The drawing of a category by its name; one that is not listed takes its parent's."""

Names = tuple[str, ...]


def read_path(cells: Cells, column: str) -> Names:
    """The names along a category path."""
    text = cells.text(column, MAX_PATH, required=True)
    names = tuple(one_line(name) for name in text.split(">")) if text else ()
    if text and (len(names) > MAX_DEPTH or not all(names) or any(len(name) > MAX_NAME for name in names)):
        message = N_("„%(path)s“ ist kein Pfad aus Kategorien; erwartet wird etwa „Netzwerk > Switches“.")
        cells.wrong(column, message, path=text[:60])
        return ()
    return names


class CategoryTree:
    """All categories by their names from the root, whatever the case; makes those that are missing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._slugs: set[str] = set()
        self._ids: dict[Names, int] = {}
        self._paths: dict[int, str] = {}
        self._pictures: dict[int, str] = {}
        self._names: dict[int, Names] = {}
        rows = session.execute(
            select(Category.id, Category.parent_id, Category.slug, Category.path, Category.name, Category.picture)
        )
        for row in sorted(rows, key=lambda row: str(row.path).count("/")):
            self._remember(row.id, row.parent_id, row.slug, row.path, row.name, row.picture)

    def _remember(self, key: int, parent: int | None, slug: str, path: str, name: str, picture: str) -> None:
        above = self._names[parent] if parent is not None else ()
        self._names[key] = (*above, name)
        self._ids[tuple(part.casefold() for part in self._names[key])] = key
        self._slugs.add(slug)
        self._paths[key] = path
        self._pictures[key] = picture

    def names(self, key: int) -> Names:
        """The names from the root, as they are shown."""
        return self._names[key]

    def ensure(self, names: Names) -> int:
        """The id of the category at the end of the path."""
        folded = tuple(name.casefold() for name in names)
        found = self._ids.get(folded)
        if found is not None:
            return found
        parent = self.ensure(names[:-1]) if len(names) > 1 else None
        above = self._paths[parent] if parent is not None else ""
        slug = self._free_slug(slugify(names[-1]), above.rpartition("/")[2])
        path = f"{above}/{slug}" if above else slug
        picture = PICTURES.get(names[-1]) or (self._pictures[parent] if parent is not None else "generic")
        values = {"parent_id": parent, "slug": slug, "path": path, "name": names[-1], "picture": picture}
        key = self._session.scalars(insert(Category).returning(Category.id), [values]).one()
        self._remember(key, parent, slug, path, names[-1], picture)
        return key

    def _free_slug(self, wanted: str, parent: str) -> str:
        """Slugs are unique in the whole tree: a second one takes its parent's in front, a third a number."""
        slug = wanted
        if slug in self._slugs and parent:
            slug = f"{parent}-{wanted}"[:MAX_SLUG].strip("-")
        number = 2
        while slug in self._slugs:
            slug = f"{wanted[: MAX_SLUG - 8]}-{number}"
            number += 1
        return slug


def slugify(name: str) -> str:
    """`Mäuse und Zeigegeräte` as `maeuse-und-zeigegeraete`."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in folded if not unicodedata.combining(char)))
    return "-".join(words)[:MAX_SLUG].strip("-") or "kategorie"
