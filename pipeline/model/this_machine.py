"""Which hosts are this machine: only there may anything be said in the clear."""

from __future__ import annotations

from ipaddress import ip_address


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine, by name or by number; a name that only begins like one is not."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
