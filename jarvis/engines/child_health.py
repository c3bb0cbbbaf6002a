"""Asks a model child whether it still answers."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit


def answers(url: str, key: str, seconds: float) -> bool:
    """True when the child at `url` (its `/v1` address) answers its health check within `seconds`."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=seconds)
    try:
        connection.request("GET", "/healthz", headers={"Authorization": f"Bearer {key}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
