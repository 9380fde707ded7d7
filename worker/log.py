"""Structured logs, through one formatter for our own lines and for those of Celery, uvicorn and the rest.

Passwords and tokens never reach a line: values under telling names are hidden, and so are userinfo, tokens in links,
webhook secrets and the local part of mail addresses wherever they stand in a text.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog

HIDDEN = "…"
_TELLING = re.compile(r"(?i)(?:^|_)(?:password|passwd|secret|token|authorization|cookie|signature)(?:_|$)")
_IN_TEXT = (
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@'\"]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(r"(?i)([?&;](?:token|key|secret|sig|signature|password|access_token|auth)=)[^&\s'\"#]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(/(?:manage|confirm|unsubscribe)/[^/\s'\"?#]+/)[^/\s'\"?#]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), f"whsec_{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic) [A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?<![\w.+/…-])([\w+])[\w.+-]*@((?:[\w-]+\.)+\w{2,}|localhost)\b"), rf"\1{HIDDEN}@\2"),
)


def redact(text: str) -> str:
    """The text without userinfo, tokens, webhook secrets and the local parts of mail addresses."""
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def redact_address(address: str) -> str:
    """A subscriber's address, as much of it as a log may show: `a…@example.org`, `https://hooks.example.org/…`, `slack://…`."""
    if "://" not in address:
        return redact(address)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):  # of a chat service, whose tokens may stand anywhere
        return f"{parts.scheme}://{HIDDEN}"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{HIDDEN}"


def _hide(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: HIDDEN if _TELLING.search(str(key)) else _hide(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(inner) for inner in value]
    return value if isinstance(value, int | float | None) else redact(str(value))


def _redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if not key.startswith("_"):  # structlog's own record, which no renderer prints
            event[key] = HIDDEN if value and _TELLING.search(key) else _hide(value)
    return event


def set_up(level: str = "info", form: str = "console") -> None:
    """Send every log line of this process to standard error, as `console` lines or as `json`. Safe to call again."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redacted, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines carry `name`; call it with an event and keywords: `log.info("polled", feed=…, new=3)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
