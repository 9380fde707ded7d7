"""DKIM signatures (RFC 6376): rsa-sha256 over headers and body, both in the relaxed form.

Our own few lines on `cryptography`, as the library for it comes without a wheel; see docs/decisions/.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SIGNED = (
    *("from", "to", "subject", "date", "message-id", "references", "mime-version", "content-type", "auto-submitted"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post"),  # RFC 8058 wants these two to be covered
)
_FIELD = re.compile(rb"([!-9;-~]+):((?:.*(?:\r\n[ \t])?)*)\r\n")


def read_key(path: Path) -> RSAPrivateKey:
    """The private key in a PEM file. Raises ValueError, or OSError where it cannot be read."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (UnsupportedAlgorithm, TypeError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it holds no RSA key")  # noqa: TRY004 - what a file holds is a value
    return key


def signature(message: bytes, key: RSAPrivateKey, domain: str, selector: str, now: datetime) -> bytes:
    """The `DKIM-Signature` field that goes before a message with CRLF line ends. `now` is aware."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = [(name.lower().decode("ascii"), value) for name, value in _FIELD.findall(head + b"\r\n")]
    present = {name: value for name, value in fields if name in SIGNED}
    names = [name for name in SIGNED if name in present]
    bodyhash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    unsigned = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; t={int(now.timestamp())};\r\n"
        f"\th={':'.join(names)};\r\n\tbh={bodyhash};\r\n\tb="
    )
    signed = b"".join(relaxed_header(name, present[name]) + b"\r\n" for name in names)
    signed += relaxed_header("dkim-signature", f" {unsigned}".encode())
    made = base64.b64encode(key.sign(signed, PKCS1v15(), SHA256())).decode()
    folded = "\r\n\t ".join(re.findall(".{1,72}", made))
    return f"DKIM-Signature: {unsigned}{folded}\r\n".encode()


def relaxed_header(name: str, value: bytes) -> bytes:
    """A field without folding, case and surplus white space (RFC 6376, 3.4.2), without its end of line."""
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower().encode() + b":" + unfolded


def relaxed_body(body: bytes) -> bytes:
    """A body without surplus white space and empty lines at its end (RFC 6376, 3.4.4)."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
