"""From a source's JSON to typed attributes: numbers that can be compared, texts that can be read."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from webshop.core.i18n import N_
from webshop.imports.attribute_table import ATTRIBUTES, DROPPED, FLAG, NO_PORTS, NUMBER, PORTS, TEXT, UNIT_ENDINGS, VALUES, Spec
from webshop.imports.cells import Cells
from webshop.imports.text import one_line

MAX_ATTRIBUTES = 100
MAX_TEXT = 500
MAX_NUMBER = 10**10
PLACES = 4
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,12})?")
_WEIGHT = re.compile(r"([0-9.,]+)\s*(kg|g|lb|lbs|oz)", re.IGNORECASE)
_CAPACITY = re.compile(r"([0-9.,]+)\s*(MB|GB|TB)", re.IGNORECASE)
_INCHES = re.compile(r"([0-9.]+) x ([0-9.]+) x ([0-9.]+) inches")
_KG = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "lbs": 0.45359237, "oz": 0.028349523}
_GB = {"mb": 0.001, "gb": 1.0, "tb": 1000.0}
CM_PER_INCH = 2.54
POSITIONS = {key: position for position, key in enumerate(ATTRIBUTES, start=1)}
LAST = 500


class Value(NamedTuple):
    """One attribute of one article."""

    key: str
    text: str
    number: float | None


def read_attributes(cells: Cells, column: str) -> tuple[Value, ...]:
    """The attributes that a JSON cell holds, by key; each key once."""
    empty: dict[str, Any] = {}
    found: dict[str, Value] = {}
    source = cells.json(column, dict, default=empty)
    if len(source) > MAX_ATTRIBUTES:
        cells.wrong(column, N_("Ein Artikel hat höchstens %(max)s Merkmale."), max=MAX_ATTRIBUTES)
        return ()
    for key, raw in source.items():
        if key in DROPPED:
            continue
        if not _KEY.fullmatch(key):
            cells.wrong(column, N_("„%(key)s“ ist kein Name eines Merkmals (Kleinbuchstaben, Ziffern, _)."), key=key[:40])
            continue
        value = _value(key, raw)
        if value is None or value.key in found:
            continue
        if len(value.text) > MAX_TEXT:
            cells.note(column, N_("Das Merkmal %(key)s ist auf %(max)s Zeichen gekürzt."), key=key, max=MAX_TEXT)
            value = value._replace(text=value.text[: MAX_TEXT - 1].rstrip() + "…")
        found[value.key] = value
    return tuple(found[key] for key in sorted(found))


def spec_for(key: str, sample: Value) -> Spec:
    """How an attribute is shown: from the table, else guessed from its key and its first value."""
    if key in ATTRIBUTES:
        return ATTRIBUTES[key]
    words, unit = key.split("_"), ""
    if len(words) > 1 and words[-1] in UNIT_ENDINGS:
        unit = UNIT_ENDINGS[words.pop()]
    label = " ".join(words)
    kind = TEXT if sample.number is None else FLAG if sample.text in FLAG_WORDS.values() else NUMBER
    return Spec(label[:1].upper() + label[1:], unit, kind)


def searchable(values: Iterable[Value]) -> list[str]:
    """What a search finds of the attributes: texts with their units, no addresses, no bare yes or no."""
    words = []
    for value in values:
        spec = spec_for(value.key, value)
        if spec.kind != FLAG and "://" not in value.text:
            words.append(f"{value.text} {spec.unit}".strip())
    return words


FLAG_WORDS = {True: "ja", False: "nein"}


def _value(key: str, raw: Any) -> Value | None:
    if raw is None or raw in ("", [], {}):
        return None
    if key in _SPECIAL:
        return _SPECIAL[key](raw)
    spec = ATTRIBUTES.get(key)
    if isinstance(raw, bool):
        return Value(key, FLAG_WORDS[raw], float(raw))
    if spec is None or spec.kind == NUMBER:
        number = _number(raw)
        if number is not None and (spec is not None or not isinstance(raw, str)):
            unknown = number == 0 and spec is not None and bool(spec.unit)
            return None if unknown else _numeric(key, number * (spec.factor if spec else 1.0))
    text = _text(raw, VALUES.get(key, {}))
    return Value(key, text, None) if text else None


def _numeric(key: str, number: float) -> Value | None:
    rounded = round(number, PLACES)
    return Value(key, german_number(rounded), rounded) if abs(rounded) < MAX_NUMBER else None


def _number(raw: Any) -> float | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw) if abs(raw) < MAX_NUMBER else None
    if isinstance(raw, str) and _NUMBER.fullmatch(raw.strip()):
        return float(raw.strip().replace(",", "."))
    return None


@lru_cache(maxsize=4096)
def german_number(number: float) -> str:
    """`23,8`, without needless places."""
    return f"{number:.{PLACES}f}".rstrip("0").rstrip(".").replace(".", ",")


def _text(raw: Any, words: Mapping[str, str]) -> str:
    """Any JSON value as a line of text: lists joined, objects flattened."""
    if isinstance(raw, bool):
        return FLAG_WORDS[raw]
    if isinstance(raw, int | float):
        return german_number(round(float(raw), PLACES)) if abs(raw) < MAX_NUMBER else ""
    if isinstance(raw, list):
        return ", ".join(text for item in raw if (text := _text(item, words)))
    if isinstance(raw, dict):
        return ", ".join(f"{one_line(str(key))}: {text}" for key, item in raw.items() if (text := _text(item, words)))
    return _translated(one_line(str(raw)), words) if raw is not None else ""


def _translated(text: str, words: Mapping[str, str]) -> str:
    if not words or text in words:
        return words.get(text, text)
    for separator in (", ", " / "):
        if separator in text:
            return separator.join(dict.fromkeys(words.get(part, part) for part in text.split(separator)))
    return text


# --- keys whose values need more than a table ---------------------------------------------------------------------------


def _measured(raw: Any, pattern: re.Pattern[str], factors: Mapping[str, float], key: str) -> Value | None:
    match = pattern.fullmatch(str(raw).strip())
    number = _number(match.group(1)) if match else None
    if match is None or number is None:
        return None
    return _numeric(key, round(number * factors[match.group(2).lower()], 3))


def _size(raw: Any) -> Value | None:
    match = _INCHES.fullmatch(one_line(str(raw)))
    numbers = [_number(part) for part in match.groups()] if match else []
    if not numbers or None in numbers:
        text = one_line(str(raw))
        return Value("abmessungen", text, None) if text else None
    parts = [german_number(round(number * CM_PER_INCH, 1)) for number in numbers if number is not None]
    return Value("abmessungen_cm", " × ".join(parts), None)


def _frequencies(raw: Any) -> Value | None:
    if isinstance(raw, list) and len(raw) == 2 and all(_number(part) is not None for part in raw):
        low, high = (german_number(_number(part) or 0.0) for part in raw)
        return Value("frequenzgang", f"{low} Hz – {high} kHz", None)
    text = _text(raw, {})
    return Value("frequenzgang", text, None) if text else None


def _ports(raw: Any) -> Value | None:
    if not isinstance(raw, dict):
        text = _text(raw, {})
        return Value("schnittstellen", text, None) if text else None
    parts = [
        f"{german_number(count)} × {PORTS.get(kind, kind.upper())}"
        for kind, amount in raw.items()
        if kind not in NO_PORTS and (count := _number(amount))
    ]
    return Value("schnittstellen", one_line(", ".join(parts)), None) if parts else None


def _resolution(raw: Any) -> Value | None:
    text = re.sub(r"(?<=[0-9])\s*x\s*(?=[0-9])", " × ", _text(raw, {}))
    return Value("aufloesung", text, None) if text else None


def _rack_units(raw: Any) -> Value | None:
    number = _number(raw)
    return _numeric("hoehe_he", number) if number else None


_SPECIAL = {
    "gewicht": lambda raw: _measured(raw, _WEIGHT, _KG, "gewicht_kg"),
    "kapazitaet": lambda raw: _measured(raw, _CAPACITY, _GB, "kapazitaet_gb"),
    "abmessungen_inch": _size,
    "frequenzgang": _frequencies,
    "frequenzgang_hz_khz": _frequencies,
    "schnittstellen": _ports,
    "aufloesung": _resolution,
    "hoehe_he": _rack_units,
}
