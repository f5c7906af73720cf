"""Every text that people read exists in German and English."""

import re
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from tests import translations

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%|%[a-z]")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    assert translations.po_file().exists(), "no English catalogue: python -m tests.translations"
    return translations.catalogue()


def singular(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def strings(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_there_are_texts_to_translate() -> None:
    assert len(translations.texts()) > 100


def test_every_text_stands_in_the_catalogue(catalogue: Catalog) -> None:
    known = {singular(message.id) for message in catalogue if message.id}
    missing = {singular(text): places[0] for text, places in translations.texts().items() if singular(text) not in known}
    assert missing == {}


def test_the_catalogue_holds_nothing_that_is_gone(catalogue: Catalog) -> None:
    used = {singular(text) for text in translations.texts()}
    assert [message.id for message in catalogue if message.id and singular(message.id) not in used] == []


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert translations.untranslated(catalogue) == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_translations_keep_their_placeholders(catalogue: Catalog) -> None:
    wrong = {}
    for message in catalogue:
        wanted = {name for text in strings(message.id) for name in PLACEHOLDER.findall(text)}
        for text in strings(message.string):
            if message.id and not set(PLACEHOLDER.findall(text)) <= wanted:
                wrong[singular(message.id)] = text
    assert wrong == {}


def test_the_compiled_catalogue_is_up_to_date(catalogue: Catalog) -> None:
    compiled = {singular(message.id): strings(message.string) for message in translations.compiled() if message.id}
    assert compiled == {singular(message.id): strings(message.string) for message in catalogue if message.id}
