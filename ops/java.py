"""A Java of version 17 or later: one that is there, else one installed by cjdk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ops.errors import OpsError

OLDEST = 17
ADVICE = (
    "Elasticsearch needs Java 17 or later; none was found and none could be fetched. Install one "
    "(Debian, Ubuntu: apt-get install openjdk-17-jre-headless), or set JAVA_HOME, and repeat."
)


def java_home() -> Path:
    """The home of a Java that fits. Raises OpsError with what to do."""
    for candidate in _candidates():
        if version(candidate) >= OLDEST:
            return candidate
    return _fetched()


def version(home: Path) -> int:
    """The major version of the Java at ``home``, 0 when it is none."""
    try:
        done = subprocess.run(
            [home / "bin" / "java", "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)(?:\.(\d+))?', done.stderr + done.stdout)
    if not found:
        return 0
    return int(found[2] or 0) if found[1] == "1" else int(found[1])


def _candidates() -> Iterator[Path]:
    for name in ("ES_JAVA_HOME", "JAVA_HOME"):
        if os.environ.get(name):
            yield Path(os.environ[name])
    found = shutil.which("java")
    if found:
        yield Path(found).resolve().parent.parent
    for folder in ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines"):
        for home in sorted(Path(folder).glob("*"), reverse=True):
            yield home / "Contents" / "Home" if (home / "Contents" / "Home").exists() else home


def _fetched() -> Path:
    import cjdk
    import truststore
    from cjdk import CjdkError

    truststore.inject_into_ssl()
    try:
        return Path(cjdk.java_home(vendor="temurin-jre", version="17"))
    except (CjdkError, OSError) as error:
        raise OpsError(ADVICE) from error
