"""The heartbeat: an outside service expects a request after each good cycle, and tells when it stays away."""

from __future__ import annotations

import urllib3

TIMEOUT = urllib3.Timeout(total=10)


def ping(address: str) -> bool:
    """Ask for ``address`` once; whether it answered with success. The address may be a secret: it is named nowhere."""
    pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)
    try:
        # what stands in the answer's body is not asked for, however long or slow it is
        answer = pool.request("GET", address, redirect=False, preload_content=False)
        answer.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return False
    return 200 <= answer.status < 400
