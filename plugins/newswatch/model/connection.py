"""How to reach and log in to an outside service; the value of an Airflow connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection. Secrets are left out of its ``repr``; ``secrets`` names all strings that no text may show."""

    id: str
    kind: str = ""
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    path: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Password and the secret-looking extras, longest first."""
        hidden = [str(value) for key, value in self.extra.items() if _secret(key) and len(str(value)) > 3]
        return tuple(sorted([*([self.password] if self.password else []), *hidden], key=len, reverse=True))

    def redact(self, text: str) -> str:
        """``text`` as one line without any of the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


def _secret(key: str) -> bool:
    return any(word in key.lower() for word in ("password", "secret", "token", "key", "url"))
