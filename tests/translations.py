"""The English catalogue: `python -m tests.translations` brings it up to date with the texts in code and templates.

German is the source text. New texts arrive untranslated, texts that are gone go; what is translated is compiled.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from webshop import paths

METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2"), ("**.svg", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "lazy_gettext": None, "_l": None, "_unit": (1, 2)}
MessageId = str | tuple[str, ...]


def po_file(language: str = "en") -> Path:
    return paths.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def texts() -> dict[MessageId, list[tuple[str, int]]]:
    """Every marked text, with the places where it stands."""
    found: dict[MessageId, list[tuple[str, int]]] = {}
    for name, line, message in _marked():
        found.setdefault(message, []).append((name, line))
    return found


def _marked() -> Iterator[tuple[str, int, MessageId]]:
    for folder, prefix in ((paths.PACKAGE, "webshop"), (paths.TEMPLATES, "templates")):
        options = {"**": {"silent": "false"}}
        for name, line, message, _comments, _context in extract_from_dir(folder, METHODS, options, keywords=KEYWORDS):
            if not name.startswith(("_templates", "_static")):
                yield f"{prefix}/{name}", line, message if isinstance(message, str) else tuple(message)


def catalogue(language: str = "en") -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str = "en") -> Catalog:
    with po_file(language).with_suffix(".mo").open("rb") as file:
        return read_mo(file)


def update(language: str = "en") -> int:
    """Write the catalogue anew and compile it; how many texts wait for a translation."""
    path = po_file(language)
    known = catalogue(language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(
        locale=language,
        project="webshop",
        fuzzy=False,
        header_comment="# The texts of the shop in another language; German is the source.",
        version="1",
        creation_date=known.creation_date,
        revision_date=known.creation_date,
        last_translator="",
        language_team="",
        msgid_bugs_address="",
    )
    for message in sorted(texts(), key=lambda m: (_singular(m), isinstance(m, str))):
        old = known.get(_singular(message))
        kept = old if old and not old.fuzzy and isinstance(old.string, str) == isinstance(message, str) else None
        if _singular(message) not in fresh:  # a unit stands alone and, just before, with its plural
            fresh.add(message, kept.string if kept else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    text, binary = io.BytesIO(), io.BytesIO()
    write_po(text, fresh, width=0, no_location=True, omit_header=False)
    path.write_bytes(text.getvalue())
    write_mo(binary, fresh)
    path.with_suffix(".mo").write_bytes(binary.getvalue())
    return len(untranslated(fresh))


def _singular(message: MessageId) -> str:
    return message if isinstance(message, str) else message[0]


def untranslated(known: Catalog) -> list[str]:
    return [str(message.id) for message in known if message.id and not _complete(message.string)]


def _complete(text: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(text) and (isinstance(text, str) or all(text or ()))


if __name__ == "__main__":
    waiting = update()
    print(f"{waiting} texts wait for a translation in {po_file()}")
    sys.exit(bool(waiting))
