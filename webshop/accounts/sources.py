"""Where a request comes from: as a keyed hash for limits and logs, shortened for the list of sessions (P-8)."""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import current_app, request

UNKNOWN = "unbekannt"
MAX_AGENT = 200
V4_SHOWN, V6_SHOWN, V6_SUBSCRIBER = 24, 48, 64


def source_hash() -> str:
    """The sender's address as a hash that only this shop can make; an IPv6 subscriber counts as one."""
    address = _address()
    if isinstance(address, IPv6Address):
        return _keyed("source", str(ip_network((address, V6_SUBSCRIBER), strict=False)))
    return _keyed("source", str(address))


def account_hash(email: str) -> str:
    """An account name, existing or not, as a hash that only this shop can make."""
    return _keyed("account", email)


def reset_hash(email: str) -> str:
    """The same for requests of reset links, which are counted apart."""
    return _keyed("reset", email)


def network() -> str:
    """The sender's network as it is shown: `203.0.113.0/24`."""
    address = _address()
    if address is None:
        return UNKNOWN
    return str(ip_network((address, V4_SHOWN if isinstance(address, IPv4Address) else V6_SHOWN), strict=False))


def user_agent() -> str:
    """What the browser says it is, printable and short."""
    return "".join(char for char in request.user_agent.string if char.isprintable())[:MAX_AGENT]


def _address() -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _keyed(purpose: str, value: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"{purpose}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
