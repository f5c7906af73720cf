"""Whatever stands in a cell, a row is read or told: nothing else happens."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importing import KINDS
from webshop.imports.cells import Cells
from webshop.imports.kind import Kind
from webshop.imports.runner import KINDS as READERS
from webshop.imports.runner import recognise

READ_BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in READERS}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
CELLS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", "=1+1", "\0", "9" * 25, "-1", "ALL", "[]", "{}", "null", "[{}]", "2026-02-30", "a > b", ">", "\ud800"]),
    JSON.map(json.dumps),
    st.integers().map(str),
)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_header_is_recognised_as_its_own_kind(name: str) -> None:
    assert recognise(tuple(KINDS[name])).name == name


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_reading_a_row_never_raises(name: str, data: st.DataObject) -> None:
    kind = READ_BY_NAME[name]
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(kind.columns)), CELLS, min_size=1, max_size=6))
    cells = Cells({**KINDS[name], **changed})

    record = kind.read(cells)

    assert isinstance(kind.key(record), str)
    assert all(finding.reason and finding.column for finding in cells.findings)
