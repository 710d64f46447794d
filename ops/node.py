"""The embedded Elasticsearch node: the vendor's own server, fetched once, checked, started on loopback with a password.

It refuses to run as root, so a provisioner that finds itself root lets an unprivileged user own and run it, and puts
program and data where that user can enter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops import java, settings
from ops.account import account, as_user, enterable, give
from ops.archive import VERSION, archive
from ops.errors import OpsError
from ops.ports import free, free_ports
from ops.processes import Processes, tail

PROCESS = "elasticsearch"
USER = "newswatch"
NEEDED_BYTES = 600 * 1024 * 1024
HEAP = "512m"
PATIENCE = 300

CONFIG = """\
cluster.name: newswatch
node.name: newswatch
discovery.type: single-node
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
path.data: {data}
path.logs: {logs}
path.repo: ["{repo}"]
xpack.security.enabled: true
xpack.security.http.ssl.enabled: false
xpack.security.transport.ssl.enabled: false
cluster.max_shards_per_node: 5000
"""
ROLE = """\
newswatch:
  cluster: [monitor, manage_index_templates, 'cluster:admin/repository/*', 'cluster:admin/snapshot/*']
  indices:
    - names: [{names}]
      privileges: [read, write, create_index, maintenance, manage, delete_index]
"""


@dataclass(frozen=True)
class Node:
    """One node of a state folder. ``namespaces`` are further index prefixes that its user may write."""

    home: Path
    namespaces: tuple[str, ...] = ()
    heap: str = HEAP

    def up(self, say: Callable[[str], None] = lambda _: None) -> str:
        """Make it run and answer. Returns its URL with user and password; raises OpsError with one sentence."""
        processes = Processes(self.home)
        if processes.running(PROCESS) and answers(self._url):
            self._roles()
            return self._url
        processes.stop(PROCESS)
        say("looking for Java")
        jvm = java.java_home()
        say("fetching Elasticsearch")
        self._unpack(archive())
        self._configure(jvm)
        say("starting Elasticsearch")
        command = as_user([str(self.program / "bin" / "elasticsearch")])
        processes.start(PROCESS, command, self._env(jvm), self.base)
        try:
            self._wait(processes)
        except OpsError:
            processes.stop(PROCESS)
            raise
        return self._url

    def down(self) -> bool:
        """Stop it; True when it was running."""
        return Processes(self.home).stop(PROCESS)

    @property
    def base(self) -> Path:
        """Where program and data live: the state folder, or beside it where its user can enter."""
        if os.geteuid() != 0 or enterable(self.home):
            return self.home / "elasticsearch"
        mark = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path("/var/lib") / f"newswatch-{mark}"

    @property
    def program(self) -> Path:
        """The unpacked server."""
        return self.base / f"elasticsearch-{VERSION}"

    @property
    def _temporary(self) -> Path:
        return self.base / "tmp"

    def is_at(self, url: str) -> bool:
        """Whether ``url`` is, or was, this node's: no other knows its password."""
        file = self.home / "passwords" / USER
        return file.exists() and f":{file.read_text()}@" in url

    @property
    def _url(self) -> str:
        return f"http://{USER}:{self._password(USER)}@127.0.0.1:{self._ports()['http']}"

    def _password(self, user: str) -> str:
        file = self.home / "passwords" / user
        if not file.exists():
            settings.write(file, secrets.token_urlsafe(24))
        return file.read_text()

    def _ports(self) -> dict[str, int]:
        """The ports chosen at the first start, and chosen anew when somebody else has taken one meanwhile."""
        file = self.home / "ports.json"
        ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        running = Processes(self.home).running(PROCESS) is not None
        if not ports or (not running and not all(free(port) for port in ports.values())):
            ports = dict(zip(("http", "transport"), free_ports(2), strict=True))
            settings.write(file, json.dumps(ports))
        return ports

    def _unpack(self, source: Path) -> None:
        if (self.program / ".complete").exists():
            return
        self.base.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.base).free < NEEDED_BYTES:
            raise OpsError(f"the disk that holds {self.base} is nearly full; Elasticsearch needs 600 MB there to start")
        shutil.rmtree(self.program, ignore_errors=True)
        try:
            with zipfile.ZipFile(source) as packed:
                packed.extractall(self.base)
        except (OSError, zipfile.BadZipFile) as error:
            shutil.rmtree(self.program, ignore_errors=True)
            raise OpsError(f"Elasticsearch could not be unpacked into {self.base}: {error}") from error
        for script in (self.program / "bin").iterdir():
            script.chmod(0o755)
        (self.program / ".complete").touch()

    def _configure(self, jvm: Path) -> None:
        folders = {name: self.base / name for name in ("data", "logs", "repo")}
        shutil.rmtree(self._temporary, ignore_errors=True)
        for folder in (*folders.values(), self._temporary):
            folder.mkdir(exist_ok=True)
        config = self.program / "config"
        (config / "elasticsearch.yml").write_text(CONFIG.format(**folders, **self._ports()))
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{self.heap}\n-Xmx{self.heap}\n")
        self._roles()
        if os.geteuid() == 0:
            give(self.base, account().pw_uid)
            if not enterable(config):
                raise OpsError(f"the user {account().pw_name} cannot enter {self.base}; set NEWSWATCH_HOME elsewhere")
        if not (config / "elasticsearch.keystore").exists():
            self._tool(jvm, "elasticsearch-keystore", "create")
        self._tool(
            jvm, "elasticsearch-keystore", "add", "-x", "-f", "bootstrap.password", given=self._password("elastic")
        )
        if not (config / "users").exists() or USER not in (config / "users").read_text():
            self._tool(jvm, "elasticsearch-users", "useradd", USER, "-r", USER, "-p", self._password(USER))

    def _roles(self) -> None:
        """The file realm reads roles again by itself within seconds."""
        names = ['"newswatch*"', *(f'"{name}{end}"' for name in self.namespaces for end in ("", "-*"))]
        file, text = self.program / "config" / "roles.yml", ROLE.format(names=", ".join(names))
        if not file.exists() or file.read_text() != text:
            file.write_text(text)

    def _tool(self, jvm: Path, name: str, *arguments: str, given: str = "") -> None:
        done = subprocess.run(
            as_user([str(self.program / "bin" / name), *arguments]),
            input=given,
            env=self._env(jvm),
            cwd=self.base,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-300:]
            raise OpsError(f"{name} failed while Elasticsearch was set up: {said}")

    def _env(self, jvm: Path) -> dict[str, str]:
        return {
            "ES_JAVA_HOME": str(jvm),
            # its own would be a new folder in /tmp at every start, and stay there
            "ES_TMPDIR": str(self._temporary),
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.base),
            "LANG": "C.UTF-8",
        }

    def _wait(self, processes: Processes) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if processes.running(PROCESS) is None:
                raise OpsError(f"Elasticsearch did not start; {_why(processes.log(PROCESS))}")
            if answers(self._url):
                return
            time.sleep(0.5)
        raise OpsError(f"Elasticsearch did not answer within {PATIENCE} s; its log is {processes.log(PROCESS)}")


def answers(url: str) -> bool:
    """Whether the node behind ``url`` (with user and password) is up and can be used."""
    login, _, host = url.removeprefix("http://").rpartition("@")
    request = urllib.request.Request(f"http://{host}/_cluster/health")
    request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.loads(answer.read())["status"] in ("green", "yellow")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _why(log: Path) -> str:
    """The reason in one sentence, as far as the log tells it."""
    text = tail(log, 60)
    if "No space left" in text:
        return "the disk is full; free some space and repeat"
    if "Address already in use" in text or "BindHttpException" in text:
        return "its port was taken meanwhile; repeat"
    if "OutOfMemory" in text or "insufficient memory" in text:
        return "the machine has too little free memory for it (it wants about 900 MB)"
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "its log is empty")
    return f"its log ends with: {last.strip()[:200]} ({log})"
