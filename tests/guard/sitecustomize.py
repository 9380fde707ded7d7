"""No socket outside loopback, in this process and (as it is on PYTHONPATH) in every Python that the tests start."""

import errno
import ipaddress
import socket
import sys
from typing import Any


def _stays_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or not isinstance(name, str):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback or name in ("0.0.0.0", "::")
    except ValueError:
        return name == socket.gethostname()


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and not _stays_here(address[0]):
            raise OSError(errno.ENETUNREACH, f"tests touch loopback only, not {address[0]}")
    elif event == "socket.getaddrinfo" and not _stays_here(args[0]):
        try:
            ipaddress.ip_address(args[0])  # spelling out an address asks nobody
        except ValueError:
            raise socket.gaierror(socket.EAI_AGAIN, f"tests touch loopback only, not {args[0]}") from None


sys.addaudithook(_hook)
