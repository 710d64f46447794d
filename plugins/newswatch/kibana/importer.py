"""Posting the saved objects to a Kibana, and saying plainly what it answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import urllib3

from newswatch.errors import NewswatchError

OLDEST = (8, 19)
TIMEOUT = urllib3.Timeout(connect=5, read=60)


class KibanaError(NewswatchError):
    """Kibana could not take the dashboards; nothing was imported."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where Kibana is: its base URL (without credentials), space and login."""

    url: str
    space: str | None = None
    api_key: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, *, space: str | None = None, api_key: str | None = None) -> Target:
        """From a URL that may carry user and password, as ``https://user:secret@kibana:5601/base``."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KibanaError(f"{_plain(url)} is not an address of Kibana; it should look like http://kibana:5601")
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(_plain(url), space, api_key, user, password)

    def address(self, path: str) -> str:
        """The full URL of an API path in the space."""
        return f"{self.url}{f'/s/{quote(self.space, safe=str())}' if self.space else ''}{path}"

    def headers(self) -> dict[str, str]:
        """What every request carries: Kibana's own check header, and the login."""
        headers = {"kbn-xsrf": "newswatch", "Accept": "application/json"}
        if self.api_key:
            return headers | {"Authorization": f"ApiKey {self.api_key}"}
        if self.user:
            return headers | urllib3.make_headers(basic_auth=f"{self.user}:{self.password or ''}")
        return headers


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported: number of objects, and Kibana's version."""

    count: int
    version: str


def post(target: Target, ndjson: bytes) -> Imported:
    """Import ``ndjson``, replacing objects of the same ids. Raises KibanaError with one sentence otherwise."""
    pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)
    version = _version(pool, target)
    expected = len(ndjson.splitlines())
    answer = _ask(
        pool,
        "POST",
        target.address("/api/saved_objects/_import?overwrite=true"),
        headers=target.headers(),
        fields={"file": ("newswatch.ndjson", ndjson, "application/ndjson")},
    )
    body = _body(answer, target)
    errors = body["errors"] if isinstance(body.get("errors"), list) else []
    if not body.get("success") or errors:
        said = "; ".join(_fault(one) for one in errors) or "it gave no reason"
        raise KibanaError(f"Kibana refused the dashboards and imported nothing: {said}")
    if body.get("successCount") != expected:
        raise KibanaError(
            f"Kibana says that it imported {body.get('successCount')} of {expected} objects; import again"
        )
    return Imported(expected, version)


def _version(pool: urllib3.PoolManager, target: Target) -> str:
    body = _body(_ask(pool, "GET", target.address("/api/status"), headers=target.headers()), target)
    version = str(_inner(body, "version").get("number") or "")
    numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2] if part.isdigit())
    if len(numbers) == 2 and numbers < OLDEST:
        raise KibanaError(f"this Kibana is {version}; the dashboards need 8.19 or later. Nothing was imported")
    return version or "of unknown version"


def _ask(pool: urllib3.PoolManager, method: str, url: str, **given: Any) -> urllib3.BaseHTTPResponse:
    try:
        return pool.request(method, url, redirect=False, **given)
    except (urllib3.exceptions.ReadTimeoutError, TimeoutError) as error:
        raise KibanaError(f"Kibana at {_plain(url)} did not answer in time; is it still starting?") from error
    except urllib3.exceptions.HTTPError as error:
        raise KibanaError(f"Kibana at {_plain(url)} cannot be reached; check the address and that it runs") from error


def _body(answer: urllib3.BaseHTTPResponse, target: Target) -> dict[str, Any]:
    said = _said(answer)
    if answer.status in SENTENCES:
        raise KibanaError(SENTENCES[answer.status].format(url=target.url, space=target.space or "default") + said)
    if 300 <= answer.status < 400:
        where = _plain(answer.headers.get("Location", "elsewhere"))
        raise KibanaError(
            f"Kibana at {target.url} sends us on to {where}; is a login in front? "
            "Put user and password into the address, or set KIBANA_API_KEY"
        )
    if answer.status >= 400:
        raise KibanaError(f"Kibana answered {answer.status}; nothing was imported{said}")
    try:
        body = json.loads(answer.data)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise KibanaError(
            f"{target.url} answered with something other than Kibana's JSON; is a proxy or login in front?"
        )
    return body


SENTENCES = {
    401: "Kibana at {url} wants a login: put user and password into the address, or set KIBANA_API_KEY",
    403: "this login may not import saved objects into the space {space}; it needs Saved Objects Management",
    404: "there is no Kibana API at {url} (space {space}); check base path and space",
    413: "Kibana or a proxy refuses a file of this size; raise savedObjects.maxImportPayloadBytes or the proxy's limit",
    422: "this Kibana is older than the dashboards and refuses them; update it to 8.19 or later",
    503: "Kibana at {url} is not ready yet; try again in a minute",
}


def _said(answer: urllib3.BaseHTTPResponse) -> str:
    try:
        body = json.loads(answer.data)
    except ValueError:
        return ""
    message = body.get("message") if isinstance(body, dict) else None
    return f" (it said: {str(message)[:300]})" if message else ""


def _fault(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)[:300]
    why = _inner(error, "error")
    name = f"{error.get('type')} {error.get('id')}"
    missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in why.get("references") or [])
    return f"{name}: {why.get('message') or str(why.get('type', 'unknown')).replace('_', ' ')}" + (
        f" ({missing})" if missing else ""
    )


def _inner(body: dict[str, Any], key: str) -> dict[str, Any]:
    """The object that stands under ``key``; empty when something else stands there, as a proxy may answer anything."""
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def _plain(url: str) -> str:
    """The URL without credentials, query and trailing slash."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
