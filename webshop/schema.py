"""The database's schema: bringing it up to date, and refusing one that this version does not know (R-28)."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from webshop import paths


class UnknownSchema(Exception):
    """The database was not migrated to what this version needs; the message says what to do."""


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to date; safe to interrupt and to repeat."""
    command.upgrade(alembic_config(engine), revision)


def head() -> str:
    """The revision that this version needs."""
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def current(connection: Connection) -> str:
    """The revision that the database has; empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require_current(engine: Engine) -> None:
    """UnknownSchema unless the database is exactly at our revision."""
    with engine.connect() as connection:
        found = current(connection)
    if found != head():
        state = f"steht auf {found}" if found else "ist leer"
        raise UnknownSchema(f"Die Datenbank {state}, diese Version braucht {head()}. Führen Sie aus: webshop db upgrade")
