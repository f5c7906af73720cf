"""The database's schema: bringing it up to date, and refusing one that this version does not know (R-28).

Commands that work without Flask open the database here: the worker, the queue commands, `webshop verify`.
"""

import logging
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from webshop import paths, tables
from webshop.config import Settings
from webshop.core.db import configure_engine, read_only, sqlite_problems

CONNECT_TIMEOUT_S = 10
logging.getLogger("alembic").setLevel(logging.WARNING)


class UnknownSchema(Exception):
    """The database was not migrated to what this version needs; the message says what to do."""


class UnusableDatabase(Exception):
    """The database cannot be reached or is not set up as it must be; the message says what is wrong."""


def open_engine(settings: Settings, *, pool_size: int = 2) -> Engine:
    """An engine for work outside the web, set up like the shop's own."""
    assert tables.metadata.tables, "all rows must be known before the first statement"
    patience = {} if settings.database_url.startswith("sqlite") else {"connect_timeout": CONNECT_TIMEOUT_S}
    engine = create_engine(settings.database_url, pool_pre_ping=True, pool_size=pool_size, connect_args=patience)
    configure_engine(engine, public_url=settings.public_url)
    return engine


def require_usable(engine: Engine) -> None:
    """Refuse to start on a database that is away, has another schema, or would lose data (R-22, R-28)."""
    try:
        with read_only():
            require_current(engine)
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:
                    problems = sqlite_problems(connection)
                if problems:
                    raise UnusableDatabase(
                        f"SQLite ist hier nicht sicher eingerichtet ({', '.join(problems)}). "
                        "Liegt die Datei auf einem Netzlaufwerk? Legen Sie sie auf eine lokale Platte, oder verwenden Sie "
                        "PostgreSQL (WEBSHOP_DATABASE_URL)."
                    )
    except DBAPIError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise UnusableDatabase(f"Die Datenbank {where} ist nicht erreichbar: {str(error.orig).strip()}") from error


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to date; safe to interrupt and to repeat."""
    command.upgrade(alembic_config(engine), revision)


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    return ScriptDirectory.from_config(config)


@cache
def head() -> str:
    """The revision that this version needs."""
    return _scripts().get_current_head() or ""


def current(connection: Connection) -> str:
    """The revision that the database has; empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require_current(engine: Engine) -> None:
    """UnknownSchema unless the database is exactly at our revision."""
    with engine.connect() as connection:
        found = current(connection)
    if found != head():
        if found and not known(found):
            raise UnknownSchema(
                f"Die Datenbank steht auf {found}, das diese Version nicht kennt: sie gehört zu einer neueren Version des Shops. "
                "Starten Sie jene, oder spielen Sie eine ältere Sicherung ein."
            )
        state = f"steht auf {found}" if found else "ist leer"
        raise UnknownSchema(f"Die Datenbank {state}, diese Version braucht {head()}. Führen Sie aus: webshop db upgrade")


def known(revision: str) -> bool:
    """True for a revision that this version has a step for."""
    return any(script.revision == revision for script in _scripts().walk_revisions())
