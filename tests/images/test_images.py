"""The images, really built and run."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from components.container_image import SOURCE_DATE_EPOCH
from tests.images.conftest import BASE
from tests.images.engine import Engine
from tests.keeper.processes import free_port

ROOT = Path(__file__).parents[2]
_API_USER = 1000
_DAY_SECONDS = 86_400
AXIS = ROOT / "services" / "axis"
_ARGUMENTS = {
    "BUILD_PACKAGES": "",  # the wheels need none
    "RUN_PACKAGES": "",
    "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
}
_PLANTED = {
    ".env": "OPENAI_API_KEY=PLANTEDkey",
    ".env.production": "PLANTEDkey",
    "my-service-account.json": "PLANTEDkey",
    "server.pem": "PLANTEDkey",
    "data/local_store.duckdb": "PLANTEDrows",
    ".git/config": "PLANTEDtoken",
}


def _wait(happens: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter as a careless team would have it: with secrets and data beside the code."""
    folder = tmp_path_factory.mktemp("source") / "backend"
    shutil.copytree(ROOT / "services" / "starter", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in _PLANTED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def api(engine: Engine, source: Path) -> str:
    engine.build("api", AXIS / "api" / "Dockerfile", source, PYTHON_IMAGE=BASE, **_ARGUMENTS)
    return "api"


@pytest.fixture(scope="module")
def keeper(engine: Engine) -> str:
    engine.build("keeper", AXIS / "keeper" / "Dockerfile", AXIS / "keeper", PYTHON_IMAGE=BASE)
    return "keeper"


def test_the_api_runs_as_a_user_that_owns_its_data_and_nothing_else(engine: Engine, api: str) -> None:
    assert engine.inspect(api)["Config"]["User"] == "1000:1000"
    assert engine.execute(api, "id -u") == "1000"
    writable = engine.execute(
        api, "find / -xdev -type d -writable 2>/dev/null | sort | grep -v '^/proc' || true"
    )
    assert writable.split() == ["/app/data", "/tmp", "/var/tmp"]


def test_its_account_is_as_old_as_everything_else_and_not_of_the_day_it_was_built(
    engine: Engine, api: str
) -> None:
    changed = engine.execute(api, "grep ^app: /etc/shadow", "--user=0").split(":")[2]
    assert int(changed) == int(SOURCE_DATE_EPOCH) // _DAY_SECONDS


def test_no_secret_and_no_cache_is_in_the_api_s_image(engine: Engine, api: str) -> None:
    found = engine.execute(
        api, "grep -rl PLANTED /app || true; ls -d /root/.cache /app/.env* /app/.git || true"
    )
    assert found == ""
    assert "PLANTED" not in engine.run("history", "--no-trunc", api).stdout
    assert engine.execute(api, "ls /app").split() == ["app", "custom", "data", "requirements.txt"]


def test_the_api_starts_by_default_as_cloud_run_starts_it(engine: Engine, api: str) -> None:
    port = free_port()
    name = "api-default"
    engine.run(
        "run", "--detach", "--name", name, "--network=host", "--read-only", "--env", f"PORT={port}", api
    )
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/health"))
    command = engine.run("exec", name, "cat", "/proc/1/cmdline").stdout.replace("\0", " ")
    assert f"uvicorn app.main:app --host 0.0.0.0 --port {port} --workers 1 --log-level info" in command
    assert "--access-log --proxy-headers --forwarded-allow-ips * --timeout-graceful-shutdown 5" in command
    began = time.monotonic()
    engine.run("stop", "--time", "10", name)
    assert time.monotonic() - began < 5
    assert json.loads(engine.run("inspect", name).stdout)[0]["State"]["ExitCode"] == 0


def test_a_changed_line_of_code_installs_nothing_again(
    engine: Engine, api: str, source: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "backend"
    shutil.copytree(source, changed)
    with (changed / "app" / "main.py").open("a") as main:
        main.write("# changed\n")
    printed = engine.build("changed", AXIS / "api" / "Dockerfile", changed, PYTHON_IMAGE=BASE, **_ARGUMENTS)
    install = next(line.split()[0] for line in printed.splitlines() if "pip install" in line)
    assert f"{install} CACHED" in printed
    layers = [engine.inspect(image)["RootFS"]["Layers"] for image in (api, "changed")]
    assert layers[0][:-1] == layers[1][:-1]
    assert layers[0][-1] != layers[1][-1]


def test_the_keeper_saves_what_a_container_of_the_api_s_user_wrote(
    engine: Engine, keeper: str, tmp_path: Path
) -> None:
    assert engine.inspect(keeper)["Config"]["User"] == "", (
        "it gives the volume away before it is the API's user"
    )
    volume, bucket = tmp_path / "volume", tmp_path / "bucket"
    for folder in (volume, bucket):
        folder.mkdir()
        folder.chmod(0o755)
    # As Cloud Run mounts them: a volume in memory is root's, a bucket's files are said to be the API's.
    os.chown(bucket, _API_USER, _API_USER)
    tmp_path.chmod(0o755)
    port = free_port()
    settings = {
        "KEEPER_FILE": "/volume/store.duckdb",
        "KEEPER_SNAPSHOTS": "/bucket",
        "KEEPER_PORT": port,
        "KEEPER_OWNER": _API_USER,
    }
    words = [word for key, value in settings.items() for word in ("--env", f"{key}={value}")]
    words += [
        "--volume",
        f"{volume}:/volume",
        "--volume",
        f"{bucket}:/bucket",
        "--network=host",
        "--read-only",
    ]
    engine.run("run", "--detach", "--name", "keeper", *words, keeper)
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/"))
    (volume / "store.duckdb").write_bytes(b"rows")
    engine.run("stop", "--time", "10", "keeper")
    assert "saved snapshot-" in engine.run("logs", "keeper").stdout
    assert volume.stat().st_uid == _API_USER
    assert len(list(bucket.glob("snapshot-*.tar"))) == 1


_FRONTEND = {
    "package.json": json.dumps({"name": "f", "version": "1.0.0", "scripts": {"build": "node build.js"}}),
    "package-lock.json": json.dumps({"name": "f", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}),
    # What `next build` leaves with `output: 'standalone'`, and that it writes the address into the code.
    "build.js": """
const fs = require('fs');
fs.mkdirSync('.next/standalone', {recursive: true});
fs.mkdirSync('.next/static', {recursive: true});
fs.writeFileSync('.next/static/app.js', `fetch(${JSON.stringify(process.env.NEXT_PUBLIC_API_URL)})`);
fs.writeFileSync('.next/standalone/server.js', `
  const answer = (_, out) => out.end(require('fs').readFileSync('.next/static/app.js'));
  require('http').createServer(answer).listen(process.env.PORT, process.env.HOSTNAME);
`);
""",
    ".env.local": "NEXT_PUBLIC_API_URL=https://PLANTED.example.com",
}


@pytest.fixture
def frontend_source(tmp_path: Path) -> Path:
    """A stand-in for the Next.js sources, whose packages are more than a test should load."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm to put into the base image")
    for name, text in _FRONTEND.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_frontend_carries_the_address_it_was_built_with(engine: Engine, frontend_source: Path) -> None:
    url = "https://api.example.com"
    dockerfile = AXIS / "frontend" / "Dockerfile"
    engine.build("frontend", dockerfile, frontend_source, NODE_IMAGE=BASE, NEXT_PUBLIC_API_URL=url)
    config = engine.inspect("frontend")["Config"]
    assert config["User"] == "1001:1001"
    assert "PORT=3500" in config["Env"]
    assert list(config["ExposedPorts"]) == ["3500/tcp"]
    port = free_port()
    engine.run("run", "--detach", "--network=host", "--env", f"PORT={port}", "frontend")
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/"))
    assert url in httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text
    assert engine.execute("frontend", "grep -rl PLANTED /app || true") == ""


def test_a_frontend_without_an_address_is_not_built(engine: Engine, frontend_source: Path) -> None:
    with pytest.raises(AssertionError, match="give --build-arg NEXT_PUBLIC_API_URL"):
        engine.build("nowhere", AXIS / "frontend" / "Dockerfile", frontend_source, NODE_IMAGE=BASE)


def test_the_same_sources_give_the_same_files(engine: Engine, api: str, source: Path) -> None:
    script = "cd / && find opt/venv app -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum"
    before = engine.execute(api, script)
    engine.run("builder", "prune", "--all", "--force")
    engine.build("again", AXIS / "api" / "Dockerfile", source, PYTHON_IMAGE=BASE, **_ARGUMENTS)
    assert engine.execute("again", script) == before
