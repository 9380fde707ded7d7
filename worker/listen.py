"""The socket that the web role answers on, opened by whoever starts it, so that a port in use is told in words."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from worker.errors import DeltawireError
from worker.settings import PREFIX, Settings

PORTS_TRIED = 50


@contextmanager
def listening(settings: Settings, *, fixed: bool, say: Callable[[str], None]) -> Iterator[socket.socket]:
    """A socket that listens on `host` and `port`; where that port is in use and not `fixed`, on the next free one.

    Raises DeltawireError where there is none, or where the host or port cannot be listened on.
    """
    ports = [settings.port] if fixed else range(settings.port, min(settings.port + PORTS_TRIED, 65_535) + 1)
    for port in ports:
        try:
            listener = _open(settings.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                problem = error.strerror or str(error)
                raise DeltawireError(f"cannot listen on {settings.host}, port {port}: {problem}") from None
            continue
        if port != settings.port:
            say(f"port {settings.port} is in use: taking {port}")
        with listener:
            yield listener
        return
    raise DeltawireError(f"port {settings.port} is in use: end what uses it, or set {PREFIX}PORT to another one")


def address(settings: Settings, listener: socket.socket) -> str:
    """Where the pages are reached: `base_url`, or as seen from this machine."""
    if settings.base_url:
        return settings.base_url
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _open(host: str, port: int) -> socket.socket:
    family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server((host, port), family=family, backlog=128)
