"""Jinja filters and globals; all wording of values comes from `core.formats`."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from flask_babel import get_domain, get_locale

from webshop.core import formats, money, units


def language() -> str:
    """`de` or `en`: the reader's language."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "de"


def init_filters(app: Flask) -> None:
    """Register filters and globals."""

    @cache
    def digest(filename: str) -> str:
        return hashlib.sha256((Path(str(app.static_folder)) / filename).read_bytes()).hexdigest()[:12]

    def asset(filename: str) -> str:
        """A static URL that changes with the file's content."""
        return url_for("static", filename=filename, v=digest(filename))

    def eur(value: Decimal) -> str:
        return formats.eur(value, language())

    def unit_price(value: Decimal) -> str:
        return formats.unit_price(value, language())

    def datum(value: date | datetime) -> str:
        return formats.day(value, language())

    def uhrzeit(value: datetime) -> str:
        return formats.clock_time(value, language())

    def zeitpunkt(value: datetime) -> str:
        return formats.moment(value, language())

    def prozent(value: Decimal | int) -> str:
        return formats.percent(value, language())

    def zahl(value: int | Decimal) -> str:
        return formats.whole(value, language()) if isinstance(value, int) else formats.decimal(value, language())

    def menge(value: int, unit: str) -> str:
        return units.counted(value, unit, language(), get_domain().get_translations().ungettext)

    def einheit(unit: str) -> str:
        return str(get_domain().get_translations().ugettext(unit))

    def dateigroesse(value: int) -> str:
        return formats.file_size(value, language())

    for function in (eur, unit_price, datum, uhrzeit, zeitpunkt, prozent, zahl, menge, einheit, dateigroesse):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(asset=asset, gross_of=money.gross_of)
