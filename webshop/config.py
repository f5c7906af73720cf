"""Settings: read once from `WEBSHOP_*`, frozen, every problem told at once. Defaults are what is safe in production."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MIN_SECRET, MIN_DIFFERENT, MIN_TOKEN = 32, 8, 16
NEW_KEY_HINT = "Einen neuen Schlüssel gibt aus: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::", "[::]")  # noqa: S104 - what it means to bind to it, not doing so
DEFAULT_DATA_DIR = Path("webshop-data")


class SettingsError(Exception):
    """The environment does not make a shop; the message lists all problems, one a line."""


class Provider(BaseModel):
    """The IT provider as it stands on letters and legal pages (§ 35a GmbHG, § 25a GenG, § 5 DDG).

    The defaults are an invented provider, so that a demo has a letterhead.
    """

    model_config = ConfigDict(frozen=True)

    name: str = "Musterland-IT AöR"
    legal_form: str = "Anstalt des öffentlichen Rechts"
    street: str = "Am Rechenzentrum 1"
    postcode: str = "39104"
    city: str = "Magdeburg"
    email: str = "shop@musterland-it.example.org"
    phone: str = "0391 5550 100"
    register_court: str = "Amtsgericht Stendal"
    register_number: str = "HRA 00000"
    vat_id: str = "DE999999999"
    tax_number: str = "102/000/00000"
    board: str = "Dr. Katharina Behrend (Vorsitz), Thomas Ziegler"
    chair: str = "Oberbürgermeisterin a. D. Sabine Wolters"
    bank: str = "Beispielbank Magdeburg"
    iban: str = "DE02120300000000202051"
    bic: str = "BYLADEM1001"


class HealthLimits(BaseModel):
    """From when on `/health/ready` says no (R-32)."""

    model_config = ConfigDict(frozen=True)

    free_disk_mb: int = Field(default=200, ge=0)
    """Room that a SQLite database needs on its disk."""
    mail_minutes: int = Field(default=60, ge=1)
    """Age of the oldest mail that could go out."""
    document_minutes: int = Field(default=30, ge=1)
    """Age of the oldest document that could be rendered."""
    queue_days: int = Field(default=60, ge=1)
    """Age of the oldest fulfilment entry that nobody works on: longer than any usual delivery time."""


class Settings(BaseSettings):
    """All that can be set from outside. Unknown `WEBSHOP_*` names are ignored; wrong values stop the start."""

    model_config = SettingsConfigDict(env_prefix="WEBSHOP_", env_nested_delimiter="__", frozen=True, extra="ignore")

    database_url: str = ""
    data_dir: Path = DEFAULT_DATA_DIR
    secret_key: str = ""
    secret_key_file: Path | None = None
    """A file that holds the key, for service managers that hand secrets over as files (S-35)."""
    secret_key_fallbacks: Annotated[list[str], NoDecode] = Field(default_factory=list)
    smtp_url: str = ""
    mail_from: str = ""
    bind: str = "127.0.0.1:8000"
    public_url: str = ""
    trusted_hosts: Annotated[list[str], NoDecode] = Field(default_factory=list)
    proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front; only their forwarding headers are believed (S-14)."""
    web_processes: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=4, ge=1, le=64)
    metrics_token: str = ""
    """Opens `/metrics` to whoever sends it as bearer token; without one only this machine may ask."""
    health: HealthLimits = HealthLimits()
    provider: Provider = Provider()
    shop_name: str = "IT-Shop für Kommunen"
    testing: bool = False

    @field_validator("secret_key_fallbacks", "trusted_hosts", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("muss die Form smtp://name:passwort@host:port haben, mit TLS von Anfang an smtps://")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and (len(value) < MIN_SECRET or len(set(value)) < MIN_DIFFERENT):
            raise ValueError(f"braucht mindestens {MIN_SECRET} Zeichen, die nicht zu erraten sind. {NEW_KEY_HINT}")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _token(cls, value: str) -> str:
        if value and len(value) < MIN_TOKEN:
            raise ValueError(f"braucht mindestens {MIN_TOKEN} Zeichen")
        return value

    @field_validator("secret_key_file")
    @classmethod
    def _secret_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("diese Datei gibt es nicht")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("muss eine Adresse wie https://shop.example.org sein")
        return value

    @field_validator("bind")
    @classmethod
    def _bind(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("muss die Form Adresse:Port haben, etwa 127.0.0.1:8000")
        return value

    @model_validator(mode="after")
    def _derive(self) -> Self:
        derived = {
            "database_url": self.database_url or f"sqlite:///{self.data_dir.absolute() / 'webshop.sqlite3'}",
            "public_url": (self.public_url or f"http://{self.local_address}").rstrip("/"),
            "mail_from": self.mail_from or self.provider.email,
        }
        if self.secret_key_file is not None and not self.secret_key:
            derived["secret_key"] = self._secret(self.secret_key_file.read_text().strip())
        if derived["database_url"].startswith(("postgresql://", "postgres://")):
            derived["database_url"] = "postgresql+psycopg://" + derived["database_url"].partition("://")[2]
        for name, value in derived.items():
            object.__setattr__(self, name, value)
        return self

    @property
    def local_address(self) -> str:
        """Where this machine itself reaches the shop: nobody can open the address 0.0.0.0."""
        host, _, port = self.bind.rpartition(":")
        return f"{'127.0.0.1' if host in EVERYWHERE else host}:{port}"

    @property
    def secure(self) -> bool:
        """True where people reach the shop by TLS; cookies are then `Secure` and named `__Host-…` (S-12)."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The host names that the shop answers to (S-18); health checks on this machine call it by its local ones."""
        own = urlsplit(self.public_url).hostname or "127.0.0.1"
        return sorted({own, *LOOPBACK[:2], *self.trusted_hosts})

    @property
    def exposed(self) -> bool:
        """True where people would reach the shop over a network without TLS (S-12)."""
        return not self.secure and (urlsplit(self.public_url).hostname or "") not in LOOPBACK


def load_settings() -> Settings:
    """Settings from the environment; SettingsError with every problem, one a line."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(map(_problem, error.errors()))) from error


_WORDS = {
    "int_parsing": "muss eine ganze Zahl sein",
    "bool_parsing": "muss true oder false sein",
    "greater_than_equal": "muss mindestens {ge} sein",
    "less_than_equal": "darf höchstens {le} sein",
}


def _problem(error: "ErrorDetails") -> str:
    """One problem as a line that names the variable."""
    known = _WORDS.get(error["type"])
    words = known.format_map(error.get("ctx", {})) if known else error["msg"].removeprefix("Value error, ")
    return f"WEBSHOP_{'__'.join(map(str, error['loc'])).upper()}: {words}"
