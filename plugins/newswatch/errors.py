"""All errors that newswatch raises on purpose.

::

    NewswatchError            str(error) is one plain sentence for the person at the terminal
    ├── ConfigError           a file under config/ is wrong: names file, line and key path
    ├── UsageError            the command was called wrongly, or a data file given to it is wrong
    ├── StoreError            Elasticsearch refused or did not answer
    │   └── StoreUnavailableError  it could not be reached, or is not ready (retryable)
    │       └── LeaseError    another run does this work at the moment, or died while it did
    └── DeliveryError         a channel did not accept a message

A bad feed, a refused document or a failed channel is a *value* in the result of a stage, never an
exception that stops the others; a programming error still crashes.
"""

from __future__ import annotations

from pathlib import Path


class NewswatchError(Exception):
    """Base of all errors with a message meant for people."""

    retryable: bool = False


class UsageError(NewswatchError):
    """The command line, or a data file named on it, cannot be used (exit code 2)."""


class ConfigError(NewswatchError):
    """A configuration file is wrong (exit code 2).

    ``key`` is a dotted path such as ``feeds[3].url``; ``line`` is 1-based, 0 when the whole file is meant.
    """

    def __init__(self, file: Path | str, line: int, key: str, message: str) -> None:
        self.file = str(file)
        self.line = line
        self.key = key
        self.message = message
        where = f"{self.file}:{line}" if line else self.file
        super().__init__(f"{where}: {key}: {message}" if key else f"{where}: {message}")


class StoreError(NewswatchError):
    """Elasticsearch answered with an error that retrying will not mend."""


class StoreUnavailableError(StoreError):
    """Elasticsearch could not be reached or is not ready."""

    retryable = True


class LeaseError(StoreUnavailableError):
    """Somebody else holds the lease of this work; a later run does it."""


class DeliveryError(NewswatchError):
    """A channel did not accept a message; ``retryable`` says whether a later try may succeed.

    ``retry_after`` is in seconds, when the provider named one. ``whole``: it would meet every message of the channel
    (no connection, no login, asked to slow down), so the others need not be tried now.
    """

    def __init__(self, message: str, *, retryable: bool, retry_after: float | None = None, whole: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after
        self.whole = whole
