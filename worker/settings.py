"""Settings: environment variables `DELTAWIRE_…`, and the same names in `./.env`. Wrong values are refused at start."""

from __future__ import annotations

import difflib
import os
import secrets
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.errors import SettingsError

PREFIX = "DELTAWIRE_"
BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "sentinel")


def _split(value: object) -> object:
    """`a, b` as a person writes a list in an environment variable."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _falling(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(day < 1 for day in days):
        raise ValueError("give whole days of 1 or more, for example 7,3,1")
    return tuple(sorted(set(days), reverse=True))


class Settings(BaseSettings):
    """What an operator can set. Seconds are seconds; secrets never show in `repr`, logs or messages."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data_dir: Path = Path("var")
    """Where the embedded database and broker, the mailbox folder and the generated keys live. Made absolute."""
    database_url: SecretStr | None = None
    """`postgresql://…`; without one, SQLite in `data_dir`."""
    redis_url: SecretStr | None = None
    """The broker; without one, `deltawire up` starts an embedded one."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    base_url: str | None = None
    """The address under which readers reach the pages, for the links in mails."""
    proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)] = ()
    """Networks of the reverse proxies whose `X-Forwarded-For` is believed."""

    packs: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), Field(min_length=1)] = ("us-china-trade",)
    """Ids of installed packs, or folders."""
    allow_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)] = ()
    """Networks that feeds and webhooks may reach although they are private."""
    chat_services: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    """Chat services that alerts may go to, by the beginning of their Apprise addresses: `slack`, `ntfys`."""

    smtp_host: str | None = None
    """Without one, mails are written to `data_dir/mailbox/`."""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: str = Field("deltawire@localhost", pattern=r"^[^@\s<>]+@[^@\s<>]+$")

    deadline_days: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split), AfterValidator(_falling)] = (7, 3, 1)
    """How many days before a deadline it is announced on the pages, and to new subscribers who choose no days."""
    poll_every: float = Field(900, ge=1)
    """Seconds between two polls of a feed that names no interval of its own."""
    tick_seconds: float = Field(2, ge=0.1, le=60)
    lease_seconds: float = Field(60, ge=5)
    """How long a worker may hold a feed, an article or a delivery before another one may take it."""
    max_attempts: int = Field(8, ge=1, le=8)
    """Attempts of a delivery before it is dead-lettered (the retry ladder has eight steps)."""

    admin_token: SecretStr | None = None
    secret_key: SecretStr | None = None
    """Signs the links in mails; without one, a key is made and kept in `data_dir/secret.key`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("log_level", "log_format", "smtp_security", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        scheme = value.get_secret_value().partition(":")[0].partition("+")[0] if value else "sqlite"
        if scheme not in ("sqlite", "postgres", "postgresql"):
            raise ValueError("write postgresql://user:password@host:5432/name, or leave it out for SQLite")
        return value

    @field_validator("redis_url")
    @classmethod
    def _broker(cls, value: SecretStr | None) -> SecretStr | None:
        if value and value.get_secret_value().partition("://")[0] not in BROKER_SCHEMES:
            raise ValueError(
                "write redis://host:6379/0 (or rediss://, redis+socket://, sentinel://); a cluster is no broker"
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _web(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write https://deltawire.example.org")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < 16:
            raise ValueError("give at least 16 characters, for example from `openssl rand -hex 32`")
        return value

    @model_validator(mode="after")
    def _login(self) -> Self:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD belong together: set both or neither")
        return self

    @property
    def port_was_set(self) -> bool:
        """Whether the port was asked for, so that another one would surprise."""
        return "port" in self.model_fields_set

    @property
    def database(self) -> str:
        """The URL for SQLAlchemy, with the driver in it."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'deltawire.db'}"
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        return f"sqlite://{rest}" if scheme.startswith("sqlite") else f"postgresql+psycopg://{rest}"

    @property
    def pages(self) -> str:
        """Where readers reach the pages, without a slash at its end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def mailbox(self) -> Path:
        """The folder that mails are written to where no mail server is set."""
        return self.data_dir / "mailbox"

    def signing_key(self) -> bytes:
        """The key that signs links: `secret_key`, or one that is made once in `data_dir/secret.key` (mode 0600)."""
        if self.secret_key:
            return self.secret_key.get_secret_value().encode()
        path = self.data_dir / "secret.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        if not path.exists():
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(draft, path)  # whole or not at all, and the first of two processes wins
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_bytes()


def load_settings(**given: Any) -> Settings:
    """Read the environment and `./.env`; keyword arguments win over both.

    Raises SettingsError, which names each wrong variable, its value (secrets hidden) and what would be right.
    """
    names = dict.fromkeys((*os.environ, *dotenv_values(".env")))
    if unknown := [f"{name} is no setting; did you mean {meant}?" for name in names if (meant := _meant(name))]:
        raise SettingsError("\n".join(unknown))
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_complaint(dict(problem)) for problem in error.errors())) from None


def _meant(name: str) -> str | None:
    field = name.removeprefix(PREFIX).lower()
    if not name.startswith(PREFIX) or field in Settings.model_fields:
        return None
    close = difflib.get_close_matches(field, Settings.model_fields, n=1, cutoff=0.8)
    return PREFIX + close[0].upper() if close else None


def _complaint(problem: dict[str, Any]) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return str(message)
    name = str(problem["loc"][0])
    secret = "SecretStr" in str(Settings.model_fields[name].annotation)
    shown = "(hidden)" if secret else repr(problem["input"])
    return f"{PREFIX}{name.upper()} is {shown}: {message}"
