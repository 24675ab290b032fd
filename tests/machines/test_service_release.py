"""Releases: fetched at an exact revision, installed by the real uv, switched without a moment of silence."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from components.vm_service_files import pinned_version
from components.vm_service_process import PORTS, Process
from components.vm_service_source import ArchiveSource, Deployment, GitSource
from tests.machines.machines import TOKEN, Google, Host
from tests.machines.service import ServiceHost, service_host, wait_until

ROOT = Path(__file__).parents[2]
SERVER = """
import os
VERSION = {version!r}
async def app(scope, receive, send):
    status = {status}
    if scope["type"] != "http":
        return
    await send({{"type": "http.response.start", "status": status, "headers": []}})
    body = f"{{VERSION}} {{os.environ.get('COLOUR')}}"
    await send({{"type": "http.response.body", "body": body.encode()}})
"""
PROJECT = '[project]\nname = "palma-ai"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = []\n'
LOCK = (
    'version = 1\nrequires-python = ">=3.11"\n\n'
    '[[package]]\nname = "palma-ai"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
)


class Repository:
    """A git repository with a project that needs nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self._git("init", "--quiet")

    def commit(self, version: str, *, status: int = 200, server: str = SERVER, lock: str = LOCK) -> str:
        files = {
            "pyproject.toml": PROJECT,
            "uv.lock": lock,
            "server.py": server.format(version=version, status=status),
        }
        for name, content in files.items():
            (self.root / name).write_text(content)
        self._git("add", ".")
        self._git("commit", "--quiet", "--message", version)
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        ran = subprocess.run(
            ["git", *who, "-C", self.root, *arguments], capture_output=True, text=True, check=True
        )
        return ran.stdout


@pytest.fixture
def repository(git: str, tmp_path: Path) -> Repository:
    assert git
    return Repository(tmp_path / "repository")


@pytest.fixture
def here(host: Host, google: Google, repository: Repository) -> Iterator[ServiceHost]:
    for port in PORTS:
        if _answers(port):
            pytest.skip(f"port {port}, which the machine's scripts use, is taken here")
    service = service_host(
        host,
        google,
        source=GitSource(repository=f"file://{repository.root}"),
        process=Process(workers=1, graceful_timeout_seconds=2, timeout_seconds=5),
        start_seconds=3,
    )
    yield service
    service.stop()


def _answers(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=5, trust_env=False).text
    except httpx.TransportError:
        return ""


def _served(here: ServiceHost) -> str:
    """What nginx would pass on."""
    upstream = (here.root / "state/upstream.conf").read_text()
    [port] = re.findall(r"^server 127\.0\.0\.1:(\d+) max_fails=0;\n$", upstream)
    return _answers(int(port))


def _releases(here: ServiceHost) -> set[str]:
    return {path.name for path in (here.root / "state/releases").iterdir()}


def test_a_revision_is_fetched_installed_and_served(here: ServiceHost, repository: Repository) -> None:
    first = repository.commit("one")
    repository.commit("two")
    deployed = here.deploy(Deployment(revision=first, env={"COLOUR": "blue"}))
    assert deployed.returncode == 0, deployed.stderr + here.log
    assert _served(here) == "one blue"
    release = here.root / "state/releases" / first
    assert (release / ".venv/pyvenv.cfg").exists()
    assert not (release / ".git").exists()
    assert "reload-or-restart nginx.service" in here.host.notes("asked")


def test_a_new_revision_takes_over_and_the_old_one_stops_after_it_serves(
    here: ServiceHost, repository: Repository
) -> None:
    revisions = [repository.commit(version) for version in ("one", "two", "three")]
    served = []
    for revision in revisions:
        deployed = here.deploy(Deployment(revision=revision))
        assert deployed.returncode == 0, deployed.stderr + here.log
        served.append(_served(here))
    assert served == ["one None", "two None", "three None"]
    assert [bool(_answers(port)) for port in PORTS] == [True, False]
    asked = here.host.notes("asked")
    reload = len(asked) - 1 - asked[::-1].index("reload-or-restart nginx.service")
    assert asked[reload - 1 :] == [
        "restart palma-ai@8000.service",
        "reload-or-restart nginx.service",
        "stop palma-ai@8001.service",
    ]
    assert _releases(here) == set(revisions[1:])


@pytest.mark.parametrize(
    "broken",
    [
        {"server": "raise SystemExit(1)\n"},
        {"status": 503},
        {"lock": "this is no lock file"},
    ],
    ids=["does not start", "is not healthy", "cannot be installed"],
)
def test_a_broken_revision_leaves_the_old_one_serving(
    here: ServiceHost, repository: Repository, broken: dict[str, object]
) -> None:
    good = repository.commit("one")
    bad = repository.commit("two", **broken)  # ty: ignore[invalid-argument-type]
    assert here.deploy(Deployment(revision=good)).returncode == 0
    failed = here.deploy(Deployment(revision=bad))
    assert failed.returncode != 0
    assert f"revision {bad}" in failed.stderr
    assert _served(here) == "one None"
    assert (here.root / "state/active").read_text() == "8000\n"
    assert not _answers(8001)
    repaired = repository.commit("three")
    assert here.deploy(Deployment(revision=repaired)).returncode == 0
    assert _served(here) == "three None"


def test_a_revision_that_is_not_there_changes_nothing(here: ServiceHost, repository: Repository) -> None:
    assert here.deploy(Deployment(revision=repository.commit("one"))).returncode == 0
    assert here.deploy(Deployment(revision="f" * 40)).returncode != 0
    assert _served(here) == "one None"


def test_other_variables_are_a_switch_without_another_installation(
    here: ServiceHost, repository: Repository
) -> None:
    revision = repository.commit("one")
    assert here.deploy(Deployment(revision=revision, env={"COLOUR": "blue"})).returncode == 0
    made = (here.root / "state/releases" / revision / ".complete").stat().st_mtime_ns
    assert here.deploy(Deployment(revision=revision, env={"COLOUR": "green"})).returncode == 0
    assert _served(here) == "one green"
    assert (here.root / "state/releases" / revision / ".complete").stat().st_mtime_ns == made


def _give_colour(google: Google, version: str, colour: str) -> None:
    data = base64.b64encode(colour.encode()).decode()
    url = f"/projects/acme-prod/secrets/colour/versions/{version}:access"
    google.answers[url] = (200, f'{{"payload": {{"data": "{data}"}}}}'.encode())


def test_a_rotation_is_a_switch_to_the_same_release_with_the_new_value(
    here: ServiceHost, repository: Repository, google: Google
) -> None:
    revision = repository.commit("one")
    google.give_token()
    for version, colour in (("1", "blue"), ("2", "green")):
        _give_colour(google, version, colour)
        rotated = here.deploy(Deployment(revision=revision, secrets={"COLOUR": ("colour", version)}))
        assert rotated.returncode == 0, rotated.stderr + here.log
        assert _served(here) == f"one {colour}"
    assert _releases(here) == {revision}


def test_a_rotation_to_a_version_that_cannot_be_read_leaves_the_old_one_serving(
    here: ServiceHost, repository: Repository, google: Google
) -> None:
    revision = repository.commit("one")
    google.give_token()
    _give_colour(google, "1", "blue")
    assert here.deploy(Deployment(revision=revision, secrets={"COLOUR": ("colour", "1")})).returncode == 0
    rotated = here.deploy(Deployment(revision=revision, secrets={"COLOUR": ("colour", "2")}))
    assert rotated.returncode != 0
    assert f"revision {revision} does not start" in rotated.stderr
    assert _served(here) == "one blue"


def test_the_machine_follows_its_metadata(here: ServiceHost, repository: Repository, google: Google) -> None:
    """The first deployment, a broken one in between, and the next: with no new machine and no reboot."""
    wanted = "/instance/attributes/deployment"

    def ask_for(revision: str) -> None:
        text = Deployment(revision=revision).text().encode()
        google.answers[wanted] = google.answers[f"{wanted}?wait_for_change=true&timeout_sec=1"] = (200, text)

    bad = repository.commit("bad", status=500)
    ask_for(repository.commit("one"))
    watcher = subprocess.Popen(
        ["/bin/bash", here.root / "etc/watch-release.sh"],
        env=here.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        upstream = here.root / "state/upstream.conf"
        wait_until(lambda: upstream.exists() and _served(here) == "one None")
        ask_for(bad)
        slot = here.root / "state/slots/8001"
        wait_until(lambda: slot.is_symlink() and bad in str(slot.readlink()))
        ask_for(repository.commit("two"))
        wait_until(lambda: _served(here) == "two None", seconds=40)
    finally:
        os.killpg(watcher.pid, 9)
        watcher.wait()


def test_nobody_is_turned_away_during_a_switch(here: ServiceHost, repository: Repository) -> None:
    """The client asks the port that nginx would, without a pause, whenever it is another."""
    first, second = repository.commit("one"), repository.commit("two")
    assert here.deploy(Deployment(revision=first)).returncode == 0
    answers: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answers.append(_served(here))

    client = threading.Thread(target=ask)
    client.start()
    assert here.deploy(Deployment(revision=second)).returncode == 0
    done.set()
    client.join()
    assert set(answers) == {"one None", "two None"}


def _archive(google: Google, content: bytes, revision: str) -> None:
    google.give_token()
    google.answers[f"/b/acme-releases/o/{revision}.tar.gz?alt=media"] = (200, content)


def _packed() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in (("pyproject.toml", PROJECT), ("uv.lock", LOCK), ("server.py", "app = None")):
            member = tarfile.TarInfo(f"agent/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def test_an_archive_is_unpacked_if_it_is_the_one_that_was_named(host: Host, google: Google) -> None:
    here = service_host(host, google, source=ArchiveSource(bucket="acme-releases", subdirectory="agent"))
    revision = hashlib.sha256(_packed()).hexdigest()
    _archive(google, _packed(), revision)
    built = here.run("build-release", revision)
    assert built.returncode == 0, built.stderr
    release = here.root / "state/releases" / revision
    assert (release / "agent/.venv/pyvenv.cfg").exists()
    assert (release / ".complete").exists()
    assert google.seen == set()
    assert google.asked[-1][1]["Authorization"] == f"Bearer {TOKEN}"


def test_another_archive_is_not_unpacked(host: Host, google: Google) -> None:
    here = service_host(host, google, source=ArchiveSource(bucket="acme-releases"))
    _archive(google, _packed() + b"x", "a" * 64)
    assert here.run("build-release", "a" * 64).returncode != 0
    release = here.root / "state/releases" / ("a" * 64)
    assert list(release.iterdir()) == []


def test_a_private_repositorys_token_is_no_argument_and_stays_nowhere(
    host: Host, google: Google, tmp_path: Path
) -> None:
    here = service_host(
        host, google, source=GitSource(repository="https://git.example.com/a.git", token=("token", "1"))
    )
    (here.root / "etc/fetch-secret.sh").write_text("echo PLANTEDtoken")
    host.stand_in(
        "git", f'echo "$@ $GIT_CONFIG_VALUE_0" >>{tmp_path}/git; [[ $* == *fetch* ]] && exit 1; exit 0'
    )
    assert here.run("build-release", "a" * 40).returncode != 0
    [fetched] = [line for line in (tmp_path / "git").read_text().splitlines() if " fetch " in line]
    assert "Authorization: Basic eC1hY2Nlc3MtdG9rZW46UExBTlRFRHRva2Vu" in fetched
    assert "PLANTED" not in fetched


def _wheel(folder: Path) -> str:
    """A wheel that calls itself the uv that is pinned; its SHA-256."""
    version = pinned_version("uv")
    path = folder / f"uv-{version}-py3-none-any.whl"
    info = f"uv-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"uv-{version}.data/scripts/uv", f"#!/bin/sh\necho uv {version}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_uv_is_installed_if_its_hash_is_the_pinned_one_and_not_otherwise(
    host: Host, google: Google, tmp_path: Path
) -> None:
    here = service_host(host, google)
    (here.root / "uv/bin/uv").unlink()
    known = _wheel(tmp_path)
    alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PYTHONPATH": ""}
    refused = here.run("install-uv", **alone)
    assert refused.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    assert not (here.root / "uv/bin/uv").exists()
    (here.root / "etc/uv.txt").write_text(f"uv=={pinned_version('uv')} --hash=sha256:{known}\n")
    installed = here.run("install-uv", **alone)
    assert installed.returncode == 0, installed.stderr
    assert (here.root / "uv/bin/uv").exists()


@pytest.mark.parametrize("tool", ["uv", "gunicorn"])
def test_what_machines_install_is_what_was_tried_here(tool: str, host: Host, google: Google) -> None:
    here = service_host(host, google)
    lock = (ROOT / "requirements-dev.lock").read_text()
    [locked] = re.findall(rf"^({tool}==(?:.|\n)*?)\n\s+# via", lock, re.MULTILINE)
    assert (here.root / f"etc/{tool}.txt").read_text().strip() == locked


@pytest.mark.parametrize(
    "repository", ["git@github.com:acme/palma.git", "https://token@github.com/acme/palma.git", "http://x/y"]
)
def test_a_repository_that_holds_a_password_or_is_not_encrypted_is_refused(repository: str) -> None:
    with pytest.raises(ValueError, match="write an address like https://"):
        GitSource(repository=repository)


def test_a_subdirectory_stays_inside() -> None:
    for path in ("/etc", "../up", "a/../../b"):
        with pytest.raises(ValueError, match="write a path inside the source"):
            replace(ArchiveSource(bucket="b"), subdirectory=path)
