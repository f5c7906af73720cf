"""The database: column types with meaning, how connections behave, and when a transaction may write.

SQLite and PostgreSQL run the same code. A request that only reads runs in a read-only transaction, so that reading
never waits for writing (R-23) and a GET cannot change anything (S-10); everything else takes the write lock at once
(`BEGIN IMMEDIATE`), since a SQLite read that turns into a write fails whatever the timeout (R-22).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Enum, Integer, MetaData, Table, TypeDecorator, Uuid, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from webshop.core.errors import Conflict
from webshop.core.i18n import N_

BUSY_TIMEOUT_MS = 10_000


class ScaledDecimal(TypeDecorator[Decimal]):
    """A decimal kept as a whole number of its smallest part; refuses floats and lost places."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"expected Decimal, got {type(value).__name__}")
        scaled = value.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonData = JSON().with_variant(postgresql.JSONB(), "postgresql")
BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A whole-number primary key that grows by itself on both engines."""

UnitPrice = Annotated[Decimal, mapped_column(ScaledDecimal(4))]
"""Euros net per base quantity, four places."""
Serial = Annotated[int, mapped_column(BigKey, primary_key=True, autoincrement=True)]


class Base(DeclarativeBase):
    """The base of all rows. `Decimal` is euros in whole cents, `datetime` is aware UTC."""

    registry = registry(
        type_annotation_map={
            Decimal: ScaledDecimal(2),
            datetime: UtcDateTime(),
            UUID: Uuid(),
            dict[str, Any]: JsonData,
            list[Any]: JsonData,
        },
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


def enum_type(kind: type[StrEnum], name: str) -> Enum:
    """An enum kept as its text, with a CHECK named after its column."""
    return Enum(
        kind, name=name, native_enum=False, create_constraint=True, length=24, values_callable=lambda e: [m.value for m in e]
    )


class Versioned:
    """A row that people edit: the form carries the version, the update asks for it (R-7)."""

    version: Mapped[int] = mapped_column(default=1)


def check_version(row: Versioned, seen: int | None) -> None:
    """Conflict where the row changed after the form was rendered; else count the version up."""
    if seen != row.version:
        raise Conflict(N_("Diese Angaben hat inzwischen eine andere Person geändert. Prüfen Sie die neue Fassung."))
    row.version += 1


# --- when a transaction may write -------------------------------------------------------------------------------------

_reading: ContextVar[bool] = ContextVar("reading", default=False)
_impatient: ContextVar[bool] = ContextVar("impatient", default=False)


@contextmanager
def read_only(active: bool = True) -> Iterator[None]:
    """Transactions that begin inside are read-only (`active=False`: may write again)."""
    token = _reading.set(active)
    try:
        yield
    finally:
        _reading.reset(token)


def reading() -> bool:
    """True where transactions that begin now are read-only."""
    return _reading.get()


@contextmanager
def impatient() -> Iterator[None]:
    """SQLite transactions that begin inside fail at once where another one writes, instead of waiting."""
    token = _impatient.set(True)
    try:
        yield
    finally:
        _impatient.reset(token)


_tenant: ContextVar[str | None] = ContextVar("tenant", default=None)


@contextmanager
def unbound() -> Iterator[None]:
    """What is bound inside is forgotten at the end: one request."""
    token = _tenant.set(None)
    try:
        yield
    finally:
        _tenant.reset(token)


def bind_tenant(session: Session, organisation_id: UUID | None) -> None:
    """From here on, this request's transactions see rows of one tenant only; None, the provider's staff: of all.

    The second wall behind the tenant filters in the queries (S-2): PostgreSQL refuses what a query forgot to ask.
    """
    _tenant.set(str(organisation_id) if organisation_id else None)
    if organisation_id and session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        _tell_tenant(session.connection(), str(organisation_id))


def _tell_tenant(connection: Connection, tenant: str) -> None:
    """Through SQLAlchemy, so that a connection that died is an error it knows (R-26)."""
    connection.exec_driver_sql("SELECT set_config('webshop.tenant', %s, true)", (tenant,))


PUBLIC_URL_OPTION = "webshop_public_url"


def configure_engine(engine: Engine, *, public_url: str | None = None) -> None:
    """Set every connection of the engine up; called once per engine, before its first use.

    The shop's public address travels with the engine: see `core.links`.
    """
    if public_url is not None:
        engine.update_execution_options(**{PUBLIC_URL_OPTION: public_url})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgres_connect)
        event.listen(engine, "begin", _postgres_begin)


def _sqlite_connect(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None
    dbapi_connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    dbapi_connection.execute("PRAGMA journal_mode = WAL")
    dbapi_connection.execute("PRAGMA synchronous = FULL")
    dbapi_connection.execute("PRAGMA foreign_keys = ON")


def _sqlite_begin(connection: Connection) -> None:
    """The BEGIN goes through SQLAlchemy, so that waiting in vain is an error it knows (R-24)."""
    raw = cast(Any, connection.connection.dbapi_connection)
    raw.execute(f"PRAGMA busy_timeout = {0 if _impatient.get() else BUSY_TIMEOUT_MS}")
    if _reading.get():
        raw.execute("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        raw.execute("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres_connect(dbapi_connection: Any, _record: object) -> None:
    """A statement over the whole catalogue takes less time than compiling it."""
    dbapi_connection.execute("SET jit = off")
    dbapi_connection.commit()


def _postgres_begin(connection: Connection) -> None:
    raw = cast(Any, connection.connection.dbapi_connection)
    if raw.read_only is not _reading.get():
        raw.read_only = _reading.get()
    if (tenant := _tenant.get()) is not None:
        _tell_tenant(connection, tenant)


def sqlite_problems(connection: Connection) -> list[str]:
    """What is wrong with a SQLite connection (R-22); empty when the shop may start."""
    wanted = {"foreign_keys": 1, "synchronous": 2, "journal_mode": "wal"}
    found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    problems = [f"{name} = {found[name]!r}" for name, value in wanted.items() if found[name] != value]
    if int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0) < BUSY_TIMEOUT_MS:
        problems.append("busy_timeout")
    return problems


# --- what may be tried again ------------------------------------------------------------------------------------------

_PG_CONFLICTS = {"40001", "40P01", "55P03"}


def is_conflict(error: BaseException) -> bool:
    """Deadlock, serialization failure, lock timeout: the whole unit of work may be repeated (R-24)."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in _PG_CONFLICTS:
        return True
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def is_unavailable(error: BaseException) -> bool:
    """The database went away or is out of room; the request may come again later (R-25, R-26)."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state or "").startswith(("08", "53", "57P")):
        return True
    text = str(error.orig)
    return (
        isinstance(error, OperationalError)
        and (state is None)
        and any(word in text for word in ("connection", "disk", "unable to open", "disk I/O", "server closed"))
    )


# --- SQL that both engines speak --------------------------------------------------------------------------------------


class db_now(FunctionElement[datetime]):
    """The database's own clock, so that leases do not depend on a worker's (R-11); `seconds` is added."""

    type = UtcDateTime()
    inherit_cache = False

    def __init__(self, seconds: int = 0) -> None:
        super().__init__()
        self.seconds = int(seconds)


@compiles(db_now)
def _any_now(element: db_now, _compiler: SQLCompiler, **_kw: object) -> str:
    """How a statement reads in logs, where no engine is at hand."""
    return f"db_now({element.seconds})"


@compiles(db_now, "postgresql")
def _pg_now(element: db_now, _compiler: SQLCompiler, **_kw: object) -> str:
    return f"(clock_timestamp() + interval '{element.seconds} seconds')"


@compiles(db_now, "sqlite")
def _sqlite_now(element: db_now, _compiler: SQLCompiler, **_kw: object) -> str:
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '{element.seconds:+d} seconds') || '000')"


def upsert(session: Session, table: Table | type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the session's dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def violated(error: BaseException) -> str:
    """The name of the constraint that an IntegrityError is about, or the columns that SQLite names; may be empty."""
    diagnostics = getattr(getattr(error, "orig", None), "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or "")
    return str(getattr(error, "orig", "")).partition("constraint failed: ")[2]
