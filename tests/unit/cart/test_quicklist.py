"""Order lists are read however people write them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webshop.cart.quicklist import (
    HEAD,
    MAX_ENTRIES,
    Entry,
    entries_of_file,
    entries_of_rows,
    entries_of_text,
    entry_of_line,
    joined_parts,
    parts_of,
)
from webshop.core.errors import Invalid
from webshop.core.sheets import TooManyRows
from webshop.core.typed import one_line


def told(entry: Entry) -> tuple[str, str, str, str]:
    return entry.number, entry.quantity, entry.cost_centre, entry.note


@pytest.mark.parametrize(
    "line",
    [
        "NB-1; 4; 1110; Raum 12",
        "NB-1;4;1110;Raum 12",
        "NB-1, 4, 1110, Raum 12",
        "NB-1\t4\t1110\tRaum 12",
        "NB-1 4 1110 Raum 12",
        "  NB-1   4  1110  Raum 12 ",
        '"NB-1";"4";"1110";"Raum 12"',
    ],
)
def test_every_separator_is_understood(line: str) -> None:
    assert [told(entry) for entry in entries_of_text(line)] == [("NB-1", "4", "1110", "Raum 12")]


def test_cost_centre_and_note_may_be_missing() -> None:
    assert [told(entry) for entry in entries_of_text("NB-1;4\nNB-2 7\nNB-3\n\nNB-4;1;;eilig")] == [
        ("NB-1", "4", "", ""),
        ("NB-2", "7", "", ""),
        ("NB-3", "", "", ""),
        ("NB-4", "1", "", "eilig"),
    ]


def test_a_note_after_blanks_may_hold_any_sign() -> None:
    assert told(entries_of_text("NB-1 4 1110 für Raum 12, bitte; danke")[0]) == ("NB-1", "4", "1110", "für Raum 12, bitte; danke")


def test_a_number_with_blanks_needs_another_separator() -> None:
    assert told(entries_of_text("E 520 G2; 4")[0]) == ("E 520 G2", "4", "", "")


def test_a_head_may_put_the_columns_in_any_order() -> None:
    rows = [["Menge", "Bezeichnung", "Artikel-Nr.", "Notiz"], ["4", "Notebook", "NB-1", "eilig"]]

    assert [told(entry) for entry in entries_of_rows(rows)] == [("NB-1", "4", "", "eilig")]


def test_entries_keep_their_places() -> None:
    assert [entry.position for entry in entries_of_text("Artikelnummer;Menge\nNB-1;1\n\n;;\nNB-2;2")] == [1, 2]


def test_a_list_has_its_limit() -> None:
    assert len(entries_of_text("NB-1;1\n" * MAX_ENTRIES)) == MAX_ENTRIES
    with pytest.raises(TooManyRows):
        entries_of_text("NB-1;1\n" * (MAX_ENTRIES + 1))


def test_a_file_with_a_head_may_be_as_long_as_a_list() -> None:
    content = ";".join(HEAD) + "\n" + "NB-1;1\n" * MAX_ENTRIES

    assert len(entries_of_file(io.BytesIO(content.encode()))) == MAX_ENTRIES


TEXT = st.text(max_size=60).map(one_line)


@given(number=TEXT, quantity=TEXT, cost_centre=TEXT, note=TEXT)
def test_an_entry_survives_being_edited(number: str, quantity: str, cost_centre: str, note: str) -> None:
    """What a field shows is read back as it was, as long as there is more than one column."""
    entry = Entry(7, number, quantity or "1", cost_centre, note)

    assert entry_of_line(7, entry.text) == entry


def test_splits_survive_their_cell() -> None:
    parts = [("Rathaus", "150"), ("Schule: Haus 2", "100")]

    assert joined_parts(parts) == "Rathaus: 150 | Schule: Haus 2: 100"
    assert parts_of(joined_parts(parts)) == parts
    with pytest.raises(Invalid):
        parts_of("Rathaus 150")


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    entries_of_text(text)
