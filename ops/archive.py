"""The server's zip: fetched once by its Maven coordinates, checked against the SHA-256 that stands here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ops.errors import OpsError

GROUP, NAME, VERSION = "org.elasticsearch.distribution.integ-test-zip", "elasticsearch", "8.19.21"
SHA256 = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"


def archive() -> Path:
    """The server's zip, from the cache or fetched by its Maven coordinates, checked against its SHA-256."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newswatch" / "maven"
    known = cache.joinpath(*GROUP.split("."), NAME, VERSION, f"{NAME}-{VERSION}.zip")
    if not known.exists() or digest(known) != SHA256:
        known.unlink(missing_ok=True)
        known = _fetch(cache)
    if digest(known) != SHA256:
        known.unlink(missing_ok=True)
        raise OpsError("what was fetched is not the Elasticsearch expected (its SHA-256 differs); it was removed")
    return known


def digest(file: Path) -> str:
    """The file's SHA-256 in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _fetch(cache: Path) -> Path:
    import requests
    import truststore
    from jgo.maven import MavenContext, PythonResolver

    # the machine's own certificates count, as they do for pip: behind a proxy that inspects TLS no others fit
    truststore.inject_into_ssl()
    cache.mkdir(parents=True, exist_ok=True)
    context = MavenContext(repo_cache=cache, resolver=PythonResolver())
    try:
        found = context.project(GROUP, NAME).at_version(VERSION).artifact(packaging="zip").resolve()
    except (OSError, RuntimeError, ValueError, requests.RequestException) as error:
        raise OpsError(
            f"Elasticsearch {VERSION} could not be fetched ({type(error).__name__}); connect to the internet once, "
            "or set ELASTICSEARCH_URL to a cluster that you have"
        ) from error
    if found is None:
        raise OpsError(f"Elasticsearch {VERSION} could not be fetched; connect to the internet once and repeat")
    return Path(found)
