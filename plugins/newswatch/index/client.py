"""The connection to Elasticsearch, and the one place where its errors are translated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from elastic_transport import ConnectionError as TransportConnectionError
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError
from elasticsearch.serializer import OrjsonSerializer

from newswatch.errors import StoreError, StoreUnavailableError, UsageError

TIMEOUT = 30.0
BUSY = frozenset({429, 502, 503, 504})
FORM = "ELASTICSEARCH_URL should look like http://user:password@host:9200"
BLOCKED = "cluster_block_exception"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Elasticsearch is. ``url`` is without credentials."""

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca_certs: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """From ELASTICSEARCH_URL (may carry user and password), ELASTICSEARCH_API_KEY, ELASTICSEARCH_CA_CERTS."""
        given = environ.get("ELASTICSEARCH_URL", "")
        if not given:
            raise UsageError("no Elasticsearch is known; run make up first, or set ELASTICSEARCH_URL")
        try:
            parts = urlsplit(given)
            port = parts.port or (443 if parts.scheme == "https" else 9200)
        except ValueError:
            raise UsageError(FORM) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(FORM)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(
            f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}",
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            environ.get("ELASTICSEARCH_API_KEY") or None,
            environ.get("ELASTICSEARCH_CA_CERTS") or None,
        )


@dataclass(frozen=True, slots=True)
class Store:
    """An Elasticsearch and the namespace in it: what every function of this package works on."""

    client: Elasticsearch
    namespace: str
    settings: Settings

    @property
    def url(self) -> str:
        """Where it is, without credentials."""
        return self.settings.url

    def index(self, name: str) -> str:
        """``items`` → ``newswatch-items``."""
        return f"{self.namespace}-{name}"


def connect(settings: Settings, namespace: str, *, timeout: float = TIMEOUT, at_once: int = 4) -> Store:
    """A store on ``settings``; nothing is asked yet. A request beyond ``at_once`` of them waits for one to end."""
    options: dict[str, Any] = {}
    if settings.api_key:
        options["api_key"] = settings.api_key
    elif settings.user:
        options["basic_auth"] = (settings.user, settings.password or "")
    if settings.ca_certs:
        options["ca_certs"] = settings.ca_certs
    client = Elasticsearch(
        settings.url,
        request_timeout=timeout,
        retry_on_timeout=False,
        max_retries=0,
        serializer=OrjsonSerializer(),
        connections_per_node=at_once,
        **options,
    )
    return Store(client, namespace, settings)


def again(store: Store) -> Store:
    """The same store with connections of its own, for a process that must not share those of another."""
    return connect(store.settings, store.namespace)


@contextmanager
def asking(store: Store) -> Iterator[None]:
    """Translate what the client raises: StoreUnavailableError when a later try may work, else StoreError."""
    where = store.url
    try:
        yield
    except ApiError as error:
        raise _refusal(where, error) from error
    except UnsupportedProductError as error:
        raise StoreError(f"what answers at {where} is not Elasticsearch") from error
    except TlsError as error:
        raise StoreError(f"no safe connection to {where}: {_line(error)}; is ELASTICSEARCH_CA_CERTS right?") from error
    except ConnectionTimeout as error:
        raise StoreUnavailableError(f"Elasticsearch at {where} did not answer in time") from error
    except TransportConnectionError as error:
        raise StoreUnavailableError(f"nothing answers at {where}; is Elasticsearch running there?") from error
    except SerializationError as error:
        raise StoreError(f"{where} answered with something other than Elasticsearch's JSON; a proxy?") from error
    except TransportError as error:
        raise StoreUnavailableError(f"Elasticsearch at {where}: {_line(error)}") from error


def body(store: Store, answer: Any) -> dict[str, Any]:
    """The answer's body as a dict; a proxy's HTML page with status 200 comes back as a string and is refused here."""
    found = getattr(answer, "body", answer)
    if not isinstance(found, dict):
        raise StoreUnavailableError(f"{store.url} answered with something other than Elasticsearch's JSON; a proxy?")
    return found


def _refusal(where: str, error: ApiError) -> StoreError:
    status = error.meta.status
    if BLOCKED in str(error.error) or (status in (403, 429) and "read-only" in _reason(error)):
        return StoreUnavailableError(
            f"Elasticsearch at {where} takes no writes, its disk may be full: {_reason(error)}"
        )
    if status in (401, 403):
        return StoreError(
            f"Elasticsearch at {where} refuses the login or the privilege: {_reason(error)}; "
            "check user and password in ELASTICSEARCH_URL, or ELASTICSEARCH_API_KEY"
        )
    if status in BUSY:
        return StoreUnavailableError(f"Elasticsearch at {where} is not ready ({status}: {_reason(error)})")
    if not isinstance(error.body, dict):
        return StoreUnavailableError(f"{where} answered {status} and not Elasticsearch's JSON; is that its address?")
    return StoreError(f"Elasticsearch refused ({status}): {_reason(error)}")


def _reason(error: ApiError) -> str:
    found = error.body.get("error") if isinstance(error.body, dict) else None
    if isinstance(found, dict):
        cause = next(iter(found.get("root_cause") or []), found)
        return " ".join(str(cause.get("reason") or found.get("reason") or found.get("type")).split())[:300]
    return str(found or error.message)[:300]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
