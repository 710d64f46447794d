"""How feeds are fetched: limits, manners, and how newswatch introduces itself."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Limits of one request and manners towards hosts. Times are in seconds, sizes in bytes.

    ``deadline`` is for the whole of one feed, redirects included; ``connect`` and ``read`` are for one connection and
    one silence. ``spacing`` is the time between two starts at one host and port, ``spacing_allowed`` the same for
    addresses of the allow-list. At most ``large`` bodies beyond ``large_size`` are held at once.
    """

    deadline: float = 20.0
    connect: float = 8.0
    read: float = 10.0
    max_raw: int = 5 * MIB
    max_unpacked: int = 10 * MIB
    max_redirects: int = 10
    concurrency: int = 64
    per_host: int = 2
    spacing: float = 0.5
    spacing_allowed: float = 0.05
    large: int = 2
    large_size: int = MIB // 4
    contact: str = ""
    version: str = "0"

    @property
    def user_agent(self) -> str:
        """``newswatch/0.1.0 (news monitor; contact: …)``."""
        contact = "".join(char for char in self.contact if char.isascii() and char.isprintable() and char not in "()")
        return f"newswatch/{self.version} (news monitor; contact: {contact or 'not given'})"
