"""The embedded Elasticsearch node: the vendor's own server, fetched once, checked, started on loopback with a password.

It refuses to run as root, so a provisioner that finds itself root lets an unprivileged user own and run it, and puts
program and data where that user can enter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import java, settings
from ops.errors import OpsError
from ops.processes import Processes, tail

GROUP, NAME, VERSION = "org.elasticsearch.distribution.integ-test-zip", "elasticsearch", "8.19.21"
SHA256 = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"
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
        if processes.running(PROCESS) and self._answers(self._url):
            self._roles()
            return self._url
        processes.stop(PROCESS)
        say("looking for Java")
        jvm = java.java_home()
        say("fetching Elasticsearch")
        self._unpack(archive())
        self._configure(jvm)
        say("starting Elasticsearch")
        command = _as_user([str(self.program / "bin" / "elasticsearch")])
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
        if not ports or (not running and not all(_free(port) for port in ports.values())):
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
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        config = self.program / "config"
        (config / "elasticsearch.yml").write_text(CONFIG.format(**folders, **self._ports()))
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{self.heap}\n-Xmx{self.heap}\n")
        self._roles()
        if os.geteuid() == 0:
            _give(self.base, _account().pw_uid)
            if not _enters(self.program / "config"):
                raise OpsError(f"the user {_account().pw_name} cannot enter {self.base}; set NEWSWATCH_HOME elsewhere")
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
            _as_user([str(self.program / "bin" / name), *arguments]),
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
        return {"ES_JAVA_HOME": str(jvm), "PATH": os.environ.get("PATH", ""), "HOME": str(self.base), "LANG": "C.UTF-8"}

    def _wait(self, processes: Processes) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if processes.running(PROCESS) is None:
                raise OpsError(f"Elasticsearch did not start; {_why(processes.log(PROCESS))}")
            if self._answers(self._url):
                return
            time.sleep(0.5)
        raise OpsError(f"Elasticsearch did not answer within {PATIENCE} s; its log is {processes.log(PROCESS)}")

    def _answers(self, url: str) -> bool:
        try:
            return health(url) in ("green", "yellow")
        except OpsError:
            return False


def health(url: str) -> str:
    """The colour of the cluster behind ``url``. Raises OpsError with one sentence when there is none."""
    login, _, host = url.partition("://")[2].rpartition("@")
    plain = f"{url.partition('://')[0]}://{host}".rstrip("/")
    request = urllib.request.Request(f"{plain}/_cluster/health")
    if login:
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            body = json.loads(answer.read())
        return str(body["status"])
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise OpsError(f"{plain} refuses the login; put user and password into ELASTICSEARCH_URL") from error
        raise OpsError(f"{plain} answered {error.code} where Elasticsearch would tell its health") from error
    except (OSError, urllib.error.URLError) as error:
        raise OpsError(f"nothing answers at {plain}; is Elasticsearch running there?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise OpsError(f"what answers at {plain} is not Elasticsearch") from error


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


def free_ports(count: int) -> list[int]:
    """``count`` ports of loopback that nobody listens on."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def enterable(folder: Path) -> bool:
    """Whether the node's user can enter ``folder``, or where it will be made: found out by entering."""
    while not folder.exists():
        folder = folder.parent
    return _enters(folder)


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


def _account() -> pwd.struct_passwd:
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


def _as_user(command: Sequence[str]) -> list[str]:
    if os.geteuid() != 0:
        return list(command)
    tool = shutil.which("setpriv")
    if tool is None:
        raise OpsError("as root, Elasticsearch needs the program setpriv (package util-linux) to run unprivileged")
    account = _account()
    return [tool, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *command]


def _enters(folder: Path) -> bool:
    command = _as_user(["test", "-x", str(folder), "-a", "-r", str(folder)])
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


def _give(folder: Path, uid: int) -> None:
    """Make the node's user own all of it."""
    os.chown(folder, uid, -1)
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            os.chown(os.path.join(place, name), uid, -1, follow_symlinks=False)


def _free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


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
