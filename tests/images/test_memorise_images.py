"""memorise's two images, really built from small projects and run as pods run them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from services.memorise.containers import KEEP_ALIVE_SECONDS, SYNC_PROGRAM, uvicorn_arguments
from services.memorise.settings import AiEngineSettings
from tests.images.conftest import BASE
from tests.images.engine import Engine
from tests.keeper.processes import free_port

pytestmark = pytest.mark.takes_minutes

MEMORISE = Path(__file__).parents[2] / "services" / "memorise"
PROJECTS = Path(__file__).parent / "projects"
_NO_PACKAGES = {"BUILD_PACKAGES": ""}  # the wheels need none
_PLANTED = {".env": "QDRANT_API_KEY=PLANTEDkey", "server.pem": "PLANTEDkey", ".git/config": "PLANTEDtoken"}
_AS_A_POD = ("--read-only", "--tmpfs", "/tmp:size=64m", "--cap-drop=ALL", "--user=10001:10001")
_KEY = "PLANTED-ingest-key"


def _wait(happens: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _careless(project: str, folder: Path) -> Path:
    """The project as a careless team would have it: with secrets beside the code."""
    source = folder / project
    shutil.copytree(PROJECTS / project, source, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in _PLANTED.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    return source


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("projects")
    return {project: _careless(project, folder) for project in ("ai_engine", "content_engine")}


@pytest.fixture(scope="module")
def built(engine: Engine, sources: dict[str, Path]) -> dict[str, str]:
    """The images, by project."""
    for project, source in sources.items():
        engine.build(project, MEMORISE / project / "Dockerfile", source, PYTHON_IMAGE=BASE, **_NO_PACKAGES)
    return {project: project for project in sources}


def _run(engine: Engine, image: str, name: str, *command: str, **variables: str) -> None:
    words = [word for key, value in variables.items() for word in ("--env", f"{key}={value}")]
    engine.run("run", "--detach", "--name", name, "--network=host", *_AS_A_POD, *words, image, *command)


def _stopped(engine: Engine, name: str) -> int:
    """The exit code after SIGTERM."""
    engine.run("stop", "--time", "10", name)
    return json.loads(engine.run("inspect", name).stdout)[0]["State"]["ExitCode"]


@pytest.mark.parametrize("project", ["ai_engine", "content_engine"])
def test_it_runs_as_a_user_that_owns_nothing(engine: Engine, built: dict[str, str], project: str) -> None:
    image = built[project]
    assert engine.inspect(image)["Config"]["User"] == "10001:10001"
    writable = engine.execute(
        image, "find / -xdev -type d -writable 2>/dev/null | sort | grep -v '^/proc' || true"
    )
    assert writable.split() == ["/tmp", "/var/tmp"]


@pytest.mark.parametrize("project", ["ai_engine", "content_engine"])
def test_no_secret_and_no_tool_of_the_build_is_in_it(
    engine: Engine, built: dict[str, str], project: str
) -> None:
    image = built[project]
    found = engine.execute(
        image, "grep -rl PLANTED /app /opt || true; ls -d /opt/poetry /root/.cache /app/.git /build || true"
    )
    assert found == ""
    assert "PLANTED" not in engine.run("history", "--no-trunc", image).stdout


def test_what_is_locked_is_installed_and_nothing_of_development(
    engine: Engine, built: dict[str, str]
) -> None:
    lines = (PROJECTS / "ai_engine" / "poetry.lock").read_text().splitlines()
    (version,) = [
        lines[number + 1].split('"')[1] for number, line in enumerate(lines) if line == 'name = "fastapi"'
    ]
    script = (
        "python -c 'import fastapi; print(fastapi.__version__)'; python -c 'import iniconfig' || echo none"
    )

    assert engine.execute(built["ai_engine"], f"({script}) 2>/dev/null").split() == [version, "none"]


def test_the_api_starts_with_the_arguments_of_its_pods(engine: Engine, built: dict[str, str]) -> None:
    arguments = uvicorn_arguments(AiEngineSettings(image="-"))
    port = str(free_port())
    arguments[arguments.index("--port") + 1] = port
    variables = {"AI_ENGINE_CORS": "https://visit.acme.com", "INGEST_API_KEY": _KEY}
    _run(engine, built["ai_engine"], "api-pod", "uvicorn", *arguments, **variables)
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/"))

    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        allowed, refused = (
            client.get("/", headers={"Origin": origin}).headers.get("access-control-allow-origin")
            for origin in ("https://visit.acme.com", "https://evil.example.com")
        )
        assert (allowed, refused) == ("https://visit.acme.com", None)
        assert client.post("/api/ingest").status_code == 401
        assert client.post("/api/ingest", headers={"X-API-Key": _KEY}).json() == {"ingested": 1}
    assert _stopped(engine, "api-pod") == 0


def test_the_api_s_own_command_listens_on_8000_and_keeps_connections_as_long(
    engine: Engine, built: dict[str, str]
) -> None:
    config = engine.inspect(built["ai_engine"])["Config"]

    assert list(config["ExposedPorts"]) == ["8000/tcp"]
    assert f"--port 8000 --timeout-keep-alive {KEEP_ALIVE_SECONDS}" in config["Cmd"][-1]


def test_the_content_engine_runs_by_its_own_command(engine: Engine, built: dict[str, str]) -> None:
    port = str(free_port())
    variables = {"PORT": port, "INGEST_API_KEY": _KEY, "COLLECTION_NAME": "letters"}
    _run(engine, built["content_engine"], "content-pod", "content-engine", **variables)
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/health"))

    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert client.post("/ingest").status_code == 401
        assert client.post("/ingest", headers={"X-API-Key": _KEY}).json() == {"collection": "letters"}
    assert _stopped(engine, "content-pod") == 0


def test_all_three_extras_are_installed(engine: Engine, built: dict[str, str]) -> None:
    script = "python -c 'import fastapi, portalocker, mmh3, content_engine; print(0)'"

    assert engine.execute(built["content_engine"], script) == "0"


def test_the_cron_job_s_pod_starts_the_engine_syncs_and_ends(
    engine: Engine, built: dict[str, str], tmp_path: Path
) -> None:
    port = str(free_port())
    program = tmp_path / "sync.py"
    program.write_text(SYNC_PROGRAM.read_text())
    tmp_path.chmod(0o755)
    variables = {
        "PORT": port,
        "CONTENT_ENGINE_URL": f"http://127.0.0.1:{port}",
        "INGEST_API_KEY": _KEY,
        "COLLECTION_NAME": "letters",
    }
    words = [word for key, value in variables.items() for word in ("--env", f"{key}={value}")]
    command = ["python3", "/opt/sync/sync.py", "content-engine"]
    mount = ["--volume", f"{tmp_path}:/opt/sync:ro", "--network=host"]
    done = engine.run("run", "--rm", *mount, *_AS_A_POD, *words, built["content_engine"], *command)

    assert "synced in" in done.stdout
    assert "letters" in done.stdout


@pytest.mark.parametrize(
    ("project", "module"), [("ai_engine", "recsys/api.py"), ("content_engine", "server.py")]
)
def test_a_changed_line_of_code_installs_no_package_again(
    engine: Engine,
    built: dict[str, str],
    sources: dict[str, Path],
    tmp_path: Path,
    project: str,
    module: str,
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(sources[project], changed)
    with (changed / "src" / project / module).open("a") as code:
        code.write("# changed\n")
    dockerfile = MEMORISE / project / "Dockerfile"
    printed = engine.build("changed", dockerfile, changed, PYTHON_IMAGE=BASE, **_NO_PACKAGES)
    install = next(line.split()[0] for line in printed.splitlines() if "-r requirements.txt" in line)

    assert f"{install} CACHED" in printed
    assert built[project]


def test_a_lock_that_is_out_of_date_stops_the_build(
    engine: Engine, sources: dict[str, Path], tmp_path: Path
) -> None:
    stale = tmp_path / "stale"
    shutil.copytree(sources["ai_engine"], stale)
    project = stale / "pyproject.toml"
    project.write_text(project.read_text().replace("fastapi (>=0.115", "fastapi (>=0.116"))

    with pytest.raises(AssertionError, match=r"poetry\.lock is out of date"):
        engine.build("stale", MEMORISE / "ai_engine" / "Dockerfile", stale, PYTHON_IMAGE=BASE, **_NO_PACKAGES)
