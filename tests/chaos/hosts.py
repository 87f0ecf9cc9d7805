"""Several hosts on one machine: network namespaces on a bridge, which can be cut off. Needs root and iproute2."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

BRIDGE: Final = "earmark0"
OUTSIDE: Final = "10.77.0.1"
"""Where the rest of the world is: vendors, callers, the balancer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host, by the name of its namespace."""

    name: str
    address: str

    @property
    def before(self) -> tuple[str, ...]:
        """Put before a command that is to run on this host."""
        return ("ip", "netns", "exec", f"em-{self.name}")

    def cut(self) -> None:
        """Pull its cable."""
        _ip("link", "set", f"em-{self.name}", "down")

    def mend(self) -> None:
        """Put its cable back."""
        _ip("link", "set", f"em-{self.name}", "up")


@contextmanager
def hosts(names: Sequence[str]) -> Iterator[dict[str, Host]]:
    """Make hosts, and take them away at the end."""
    made = {name: Host(name=name, address=f"10.77.0.{at}") for at, name in enumerate(names, 10)}
    _clear(made)
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{OUTSIDE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for host in made.values():
            _add(host)
        yield made
    finally:
        _clear(made)


def _add(host: Host) -> None:
    space, cable = f"em-{host.name}", f"em-{host.name}"
    _ip("netns", "add", space)
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
    _ip("link", "set", cable, "master", BRIDGE)
    _ip("link", "set", cable, "up")
    _ip("-n", space, "addr", "add", f"{host.address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _ip("-n", space, "link", "set", device, "up")


def _clear(made: dict[str, Host]) -> None:
    for host in made.values():
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", f"em-{host.name}")
    with suppress(subprocess.CalledProcessError):
        _ip("link", "del", BRIDGE)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
