"""Secrets at rest: what the database keeps of them is sealed with a key that the database does not hold (Fernet).

The key is DELTAWIRE_SECRETS_KEY, or one that is made at the first use in the data folder, for its owner alone.
"""

# ruff: noqa: PLC0415 - most commands and roles read no secret, and need not wait for the library
from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import SettingsError
from worker.settings import PREFIX, Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

SEALED = "sealed:"
KEPT_KEYS = 2
"""Keys that the file holds after a rotation: the new one, and the last one for whatever was sealed meanwhile."""


class Vault:
    """Seals with the first of its keys, and opens what any of them sealed."""

    def __init__(self, settings: Settings) -> None:
        self._given = settings.secrets_key
        self._path = settings.data_dir / "secrets.key"
        self._keys: MultiFernet | None = None

    def sealed(self, text: str) -> str:
        """The text as it is kept."""
        return SEALED + self._open().encrypt(text.encode()).decode()

    def opened(self, kept: str) -> str | None:
        """What was sealed; None if no key opens it. What was kept before there was a key is handed back as it is."""
        from cryptography.fernet import InvalidToken

        if not kept.startswith(SEALED):
            return kept
        token = kept.removeprefix(SEALED).encode()
        for again in (False, True):  # another process may have changed the key
            with suppress(InvalidToken):
                return self._open(again=again).decrypt(token).decode()
        return None

    def new_key(self) -> bool:
        """Put a new key before those of the file. False where the keys come from the settings: put it there."""
        from cryptography.fernet import Fernet

        if self._given:
            self._open(again=True)
            return False
        keys = [Fernet.generate_key().decode(), *self._read()][:KEPT_KEYS]
        _write(self._path, keys).replace(self._path)
        self._open(again=True)
        return True

    def _open(self, *, again: bool = False) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        if self._keys is None or again:
            try:
                self._keys = MultiFernet([Fernet(key) for key in self._read()])
            except ValueError:
                where = f"{PREFIX}SECRETS_KEY" if self._given else str(self._path)
                raise SettingsError(f"{where} holds no keys: each is 32 bytes in url-safe base64") from None
        return self._keys

    def _read(self) -> list[str]:
        if self._given:
            return self._given.get_secret_value().replace(",", " ").split()
        if not self._path.exists():
            self._make()
        return self._path.read_text("ascii").split()

    def _make(self) -> None:
        from cryptography.fernet import Fernet

        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = _write(self._path, [Fernet.generate_key().decode()])
        try:
            with suppress(FileExistsError):
                os.link(draft, self._path)  # whole or not at all, and the first of two processes wins
        finally:
            draft.unlink()


def _write(path: Path, keys: Sequence[str]) -> Path:
    """The keys in a new file beside that one, for its owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft
