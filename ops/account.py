"""The unprivileged user that runs the node when we are root, and where that user can enter."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ops.errors import OpsError


def account() -> pwd.struct_passwd:
    """The unprivileged user that runs the node when we are root: our own, made once, else nobody."""
    try:
        return pwd.getpwnam("newswatch-node")
    except KeyError:
        maker = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
        if maker:
            command = [maker, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "newswatch-node"]
            subprocess.run(command, capture_output=True, timeout=30, check=False)
    try:
        return pwd.getpwnam("newswatch-node")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_user(command: Sequence[str]) -> list[str]:
    """``command`` as that user runs it; unchanged when we are not root. Raises OpsError when setpriv is missing."""
    if os.geteuid() != 0:
        return list(command)
    tool = shutil.which("setpriv")
    if tool is None:
        raise OpsError("as root, Elasticsearch needs the program setpriv (package util-linux) to run unprivileged")
    user = account()
    return [tool, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def give(folder: Path, uid: int) -> None:
    """Make the node's user own all of it."""
    os.chown(folder, uid, -1)
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            os.chown(os.path.join(place, name), uid, -1, follow_symlinks=False)


def enterable(folder: Path) -> bool:
    """Whether the node's user can enter ``folder``, or where it will be made: found out by entering.

    Passing through is enough (mode 711): what the user reads is its own.
    """
    while not folder.exists():
        folder = folder.parent
    command = as_user(["test", "-x", str(folder)])
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
