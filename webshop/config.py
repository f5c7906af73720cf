"""Settings: read once from `WEBSHOP_*`, frozen, every problem told at once. Defaults are what is safe in production."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SECRET = 32
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


class Settings(BaseSettings):
    """All that can be set from outside. Unknown `WEBSHOP_*` names are ignored; wrong values stop the start."""

    model_config = SettingsConfigDict(env_prefix="WEBSHOP_", env_nested_delimiter="__", frozen=True, extra="ignore")

    database_url: str = ""
    data_dir: Path = DEFAULT_DATA_DIR
    secret_key: str = ""
    secret_key_fallbacks: list[str] = Field(default_factory=list)
    smtp_url: str = ""
    mail_from: str = ""
    bind: str = "127.0.0.1:8000"
    public_url: str = ""
    trusted_hosts: list[str] = Field(default_factory=list)
    proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front; only their forwarding headers are believed (S-14)."""
    web_processes: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=4, ge=1, le=64)
    provider: Provider = Provider()
    shop_name: str = "IT-Shop für Kommunen"
    testing: bool = False

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("smtp", "smtps"):
            raise ValueError("muss mit smtp:// oder smtps:// beginnen")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < MIN_SECRET:
            raise ValueError(f"braucht mindestens {MIN_SECRET} Zeichen")
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
            "public_url": (self.public_url or f"http://{self.bind}").rstrip("/"),
            "mail_from": self.mail_from or self.provider.email,
        }
        if derived["database_url"].startswith(("postgresql://", "postgres://")):
            derived["database_url"] = "postgresql+psycopg://" + derived["database_url"].partition("://")[2]
        for name, value in derived.items():
            object.__setattr__(self, name, value)
        return self

    @property
    def secure(self) -> bool:
        """True where people reach the shop by TLS; cookies are then `Secure` and named `__Host-…` (S-12)."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The host names that the shop answers to (S-18)."""
        own = urlsplit(self.public_url).hostname or "127.0.0.1"
        local = ["127.0.0.1", "localhost"] if own in ("127.0.0.1", "localhost") else []
        return sorted({own, *local, *self.trusted_hosts})


def load_settings() -> Settings:
    """Settings from the environment; SettingsError with every problem, one a line."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"WEBSHOP_{'__'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from error
