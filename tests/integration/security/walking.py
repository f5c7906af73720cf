"""Walking all routes: an address for each, whatever its parameters."""

from collections.abc import Iterator
from uuid import UUID

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter
from werkzeug.routing.exceptions import BuildError

from webshop.web.access import access_of

NOWHERE = UUID("6f1c1f1e-0000-4000-8000-000000000000")


def rules(app: Flask, method: str, *, public: bool | None = None) -> list[Rule]:
    """The rules that answer this method; with `public`, those that are open to the world, or those that are not."""
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    if public is not None:
        found = [rule for rule in found if (access := access_of(app, rule.endpoint)) is not None and access.public is public]
    return sorted(found, key=lambda rule: rule.rule)


def address(app: Flask, rule: Rule, method: str = "GET") -> str:
    """The rule's address with made-up parameters."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if isinstance(converter, UUIDConverter):
            values[name] = NOWHERE
        elif isinstance(converter, IntegerConverter):
            values[name] = 999_999
        elif isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)[0]
        else:
            values[name] = "gibt-es-nicht"
    try:
        return str(app.url_map.bind("localhost").build(rule.endpoint, values, method=method))
    except BuildError as error:
        raise AssertionError(f"no address for {rule!r}") from error


def addresses(app: Flask, method: str, *, public: bool | None = None) -> Iterator[tuple[Rule, str]]:
    """All addresses that answer this method."""
    for rule in rules(app, method, public=public):
        yield rule, address(app, rule, method)
