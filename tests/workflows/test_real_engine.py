"""What the steps read of Pulumi's answers, read from the real engine over the simulated cloud."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from simulator.engine import EngineStack, NoEngineError, engine_stack
from simulator.program import PROJECT_FOLDER
from tests.rehearsal import sample
from tools.delivery.drift import NOT_READ
from tools.delivery.files import POLICIES, DeliveryError, Step
from tools.delivery.previewing import changes

STACK = "test"


class Engine:
    """A stack on the real engine, which commands are run against as a workflow's step does."""

    def __init__(self, stack: EngineStack, state: Path) -> None:
        self.stack, self._state = stack, state

    def ask(self, *words: str, program: bool = True) -> list[Step]:
        """What a command would change."""
        if not program:
            return changes(*words, "--stack", STACK)
        with speaking() as address:
            return changes(*words, "--stack", STACK, f"--client={address}", "--exec-kind", "auto.inline")

    def kept(self) -> dict[str, bytes]:
        """Every file of the state, locks too."""
        files = (path for path in self._state.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}


@contextmanager
def speaking() -> Generator[str]:
    """The program as the engine's language host, in this process: the address."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(sample.program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The sample program's stack, not brought up yet."""
    try:
        with engine_stack(
            sample.program, STACK, sample.CONFIG, secret_config={"ai-platform:marker": "given-by-hand"}
        ) as stack:
            workspace: Any = stack._stack.workspace
            for name, value in workspace.env_vars.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("PULUMI_HOME", workspace.pulumi_home)
            monkeypatch.chdir(workspace.work_dir)
            yield Engine(stack, Path(workspace.work_dir))
    except NoEngineError as reason:
        pytest.skip(str(reason))


def test_a_preview_says_the_same_twice_and_writes_nothing_not_even_a_lock(engine: Engine) -> None:
    before = engine.kept()
    first, second = engine.ask("preview"), engine.ask("preview")
    assert {step.op for step in first} == {"create"}
    assert any(step.urn.endswith("Instance::cache") for step in first)
    assert first == second
    assert engine.kept() == before


def test_after_an_up_nothing_is_left_and_a_change_is_told_by_its_property(engine: Engine) -> None:
    assert engine.stack.up().succeeded
    assert engine.ask("preview") == []
    engine.stack.configure({"ai-platform:sample": '{"owner": "other"}'})
    (step,) = engine.ask("preview")
    assert (step.op, step.urn.rsplit("::", 1)[-1]) == ("update", "database")
    assert step.properties == ["settings.userLabels.owner"]


def test_drift_is_found_and_neither_state_nor_cloud_is_touched(engine: Engine) -> None:
    assert engine.stack.up().succeeded
    excluded = [word for kind in NOT_READ for word in ("--exclude", f"urn:pulumi:{STACK}::**{kind}::**")]
    look = ("refresh", "--preview-only", *excluded)
    before = engine.kept()
    assert engine.ask(*look, program=False) == []
    (cache,) = engine.stack.cloud.ledger.all("gcp:redis/instance:Instance")
    cache.state["memorySizeGb"] = cache.inputs["memorySizeGb"] = 5
    steps = engine.ask(*look, program=False)
    assert [(step.op, step.urn.rsplit("::", 1)[-1], step.properties) for step in steps] == [
        ("update", "cache", ["memorySizeGb"])
    ]
    assert engine.kept() == before


@pytest.mark.usefixtures("engine")
def test_what_the_engine_refuses_is_told_by_its_own_words() -> None:
    with pytest.raises(DeliveryError, match="no stack named 'nowhere' found"):
        changes("preview", "--stack", "nowhere")


def test_what_a_policy_refuses_is_shown_as_the_engine_tells_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It stands in no JSON."""
    host = tmp_path / "pulumi-analyzer-policy-python"
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u . "$@"\n')
    host.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(DeliveryError, match="pulumi preview failed with status"):
        engine.ask("preview", "--policy-pack", str(PROJECT_FOLDER / POLICIES[1]))
    assert "[mandatory]  private-database" in capfd.readouterr().out
