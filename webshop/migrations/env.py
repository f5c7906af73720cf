"""How Alembic runs here: on the engine it is given, one transaction per step."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Engine, types

from webshop.core.db import ScaledDecimal, UtcDateTime
from webshop.tables import metadata


def _render(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that old steps do not import new code."""
    if kind != "type":
        return False
    if isinstance(item, ScaledDecimal):
        return "sa.BigInteger()"
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, types.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, types.BigInteger) and "sqlite" in item._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def _include(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Leave the search index's own tables and the trigram index out of comparisons."""
    return not (reflected and (name or "").startswith(("product_search", "ix_products_search_text")))


def run() -> None:
    """Apply the steps."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_item=_render,
            include_object=_include,
            render_as_batch=engine.dialect.name == "sqlite",
            transaction_per_migration=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
