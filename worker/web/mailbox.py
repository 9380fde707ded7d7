"""The folder that mails are written to where no mail server is set, as pages can show it. Only `forget` changes it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

LATEST = 200
"""How many mails are listed."""
LARGEST = 1_000_000
"""Bytes of one mail that are read."""


@dataclass(frozen=True)
class Mail:
    """One mail, as much of it as a list shows."""

    name: str
    """The file's name, `….eml`."""
    subject: str
    sender: str
    to: str
    written: datetime
    """When the file was written, aware and in UTC."""


@dataclass(frozen=True)
class WholeMail(Mail):
    text: str
    source: bytes


def latest(folder: Path) -> tuple[list[Mail], bool]:
    """The latest mails, newest first, and whether there are more. A folder that is not there yet is an empty one."""
    files = sorted(_files(folder).values(), key=lambda found: (found[1], found[0].name), reverse=True)
    return [_mail(path, written) for path, written in files[:LATEST]], len(files) > LATEST


def read(folder: Path, name: str) -> WholeMail | None:
    """The mail in the file of that name; None if the folder has none. `name` is looked up, never joined to a path."""
    found = _files(folder).get(name)
    if not found:
        return None
    path, written = found
    source = path.read_bytes()[:LARGEST]
    mail, message = _mail(path, written), _parse(source)
    return WholeMail(**vars(mail), text=_text(message), source=source)


def forget(folder: Path, ids: Collection[str]) -> None:
    """Delete the mails of these deliveries and letters. They are looked up, as in `read`."""
    files = _files(folder)
    for name in (f"{one}.eml" for one in ids):
        if name in files:
            files[name][0].unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, tuple[Path, datetime]]:
    found = {}
    for path in folder.glob("*.eml"):
        try:
            if path.is_file() and not path.is_symlink():
                found[path.name] = (path, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        except FileNotFoundError:
            continue  # it was cleared away meanwhile
    return found


def _mail(path: Path, written: datetime) -> Mail:
    with path.open("rb") as file:
        message = _parse(file.read(LARGEST))
    subject, sender, to = (str(message.get(name, "")) for name in ("Subject", "From", "To"))
    return Mail(path.name, subject, sender, to, written)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    payload = body.get_payload(decode=True) if body else b""
    if body is None or not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(body.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset that nobody knows
        return payload.decode("utf-8", "replace")


def _parse(source: bytes) -> EmailMessage:
    return email.message_from_bytes(source, policy=email.policy.default)
