"""What the source may not do, where no tool has a rule for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RULES = {"services", "queries", "models", "mails", "pdf", "states", "errors"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((PROJECT / "webshop").rglob("*.py")):
        if "versions" not in path.parts:
            yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text())


def rules() -> Iterator[tuple[str, ast.Module]]:
    """The modules that know neither requests nor commands."""
    for name, tree in sources():
        room = Path(name).parts[2:3]
        if room and Path(room[0]).stem in RULES and not name.startswith("webshop/web/"):
            yield name, tree


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_sql_is_never_made_from_text() -> None:
    """`text()` and driver SQL take constants only (S-23)."""
    found = [
        f"{name}:{call.lineno}"
        for name, tree in sources()
        for call in calls(tree, "text", "exec_driver_sql")
        if call.args and not isinstance(call.args[0], ast.Constant) and _is_sql(call, tree)
    ]
    assert found == []


def _is_sql(call: ast.Call, tree: ast.Module) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr == "exec_driver_sql" and not isinstance(call.args[0], ast.JoinedStr)
    return "sqlalchemy.text" in imported(tree)


def test_forms_write_only_what_is_written_down() -> None:
    """No loop over request data writes into rows (S-9)."""
    found = [
        f"{name}:{call.lineno}"
        for name, tree in sources()
        for call in calls(tree, "populate_obj", "setattr")
        if any(full.startswith(("flask", "wtforms", "webshop.web", "webshop.extensions")) for full in imported(tree))
        and not name.startswith("webshop/web/")
    ]
    assert found == []


def test_only_the_edge_asks_the_clock() -> None:
    """Rules take `now` as an argument."""
    found = [name for name, tree in rules() if "webshop.core.clock.utcnow" in imported(tree)]
    assert found == []


@pytest.mark.parametrize(
    ("module", "owner"),
    [("smtplib", "webshop/outbox/"), ("weasyprint", "webshop/documents/"), ("argon2", "webshop/accounts/")],
)
def test_each_way_out_has_one_owner(module: str, owner: str) -> None:
    found = {name for name, tree in sources() if any(full.split(".")[0] == module for full in imported(tree))}
    assert [name for name in found if not name.startswith(owner)] == []


def test_services_never_commit() -> None:
    """One commit, in the view, the command or the worker's loop."""
    found = [f"{name}:{call.lineno}" for name, tree in rules() for call in calls(tree, "commit")]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in sources() if not ast.get_docstring(tree)] == []
