"""Numbers with their units, in both languages."""

import pytest

from webshop.core.rendering import translations_for
from webshop.core.units import counted


@pytest.mark.parametrize(
    ("language", "value", "unit", "shown"),
    [
        ("de", 1, "Stück", "1 Stück"),
        ("de", 1200, "Stück", "1.200 Stück"),
        ("de", 1, "Lizenz", "1 Lizenz"),
        ("de", 3, "Lizenz", "3 Lizenzen"),
        ("de", 3, "Aktenmeter", "3 Aktenmeter"),
        ("de", 3, "50 % Anteil", "3 50 % Anteil"),
        ("en", 1, "Stück", "1 unit"),
        ("en", 1200, "Stück", "1,200 units"),
        ("en", 0, "Postfach", "0 mailboxes"),
        ("en", 3, "Aktenmeter", "3 Aktenmeter"),
    ],
)
def test_units_follow_the_number(language: str, value: int, unit: str, shown: str) -> None:
    assert counted(value, unit, language, translations_for(language).ngettext).replace("\u00a0", " ", 1) == shown
