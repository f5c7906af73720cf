"""Templates outside the web: mails and documents, in the reader's language and without a request.

The pages have Flask's environment; this one knows no request, so that a service, the worker and a command render alike.
What is missing in the data is an error, never an empty word. HTML is escaped, plain text is not.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from webshop import paths
from webshop.core import formats, money, units

SOURCE_LANGUAGE = "de"


@cache
def environment(language: str) -> Environment:
    """The templates' environment for `de` or `en`; blocks leave no blank lines behind."""
    env = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    translations = translations_for(language)
    env.globals.update(lang=language, gross_of=money.gross_of)
    env.globals.update(_newstyle(env, translations))
    env.filters.update(_filters(language, translations))
    return env


def render(template: str, language: str, data: Mapping[str, Any]) -> str:
    """The template's text with the data in it."""
    return environment(language).get_template(template).render(data)


@cache
def translations_for(language: str) -> NullTranslations:
    """The catalogue of a language; German is the source text and has none."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    return Translations.load(str(paths.TRANSLATIONS), [language], "messages")


def _newstyle(env: Environment, translations: NullTranslations) -> dict[str, Any]:
    """`_`, `gettext` and `ngettext` with their values as keywords, as on the pages."""
    env.install_gettext_callables(translations.gettext, translations.ngettext, newstyle=True)  # type: ignore[attr-defined] # by the extension
    return {"_": env.globals["gettext"]}


def _filters(language: str, translations: NullTranslations) -> dict[str, Callable[..., str]]:
    """The pages' filters under the same names, bound to the language."""

    def datum(value: date | datetime) -> str:
        return formats.day(value, language)

    def menge(value: int, unit: str) -> str:
        return units.counted(value, unit, language, translations.ngettext)

    def zahl(value: int | Decimal) -> str:
        return formats.whole(value, language) if isinstance(value, int) else formats.decimal(value, language)

    def bound(function: Callable[..., str]) -> Callable[[Any], str]:
        return lambda value: function(value, language)

    return {
        "eur": bound(formats.eur),
        "unit_price": bound(formats.unit_price),
        "datum": datum,
        "uhrzeit": bound(formats.clock_time),
        "zeitpunkt": bound(formats.moment),
        "prozent": bound(formats.percent),
        "zahl": zahl,
        "menge": menge,
        "einheit": translations.gettext,
        "dateigroesse": bound(formats.file_size),
    }
