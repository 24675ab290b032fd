"""The pack as Pulumi's engine meets it: its own process, asked over gRPC, and started by the real engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi import automation
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.rules import RESOURCE_RULES, STACK_RULES
from simulator.cloud import Cloud
from simulator.engine import NoEngineError, engine_stack, pulumi_program
from simulator.paths import UNKNOWN
from simulator.program import PROJECT_FOLDER
from simulator.rehearsal import script_of
from tests.rehearsal import sample

PACK = PROJECT_FOLDER / "policies"
POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
PRIVATE = {"settings": {"ipConfiguration": {"ipv4Enabled": False, "sslMode": "ENCRYPTED_ONLY"}}}


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack in a process of its own, started as the language host starts it: from another folder."""
    command = [sys.executable, "-u", str(PACK), "127.0.0.1:1"]
    folder = tmp_path_factory.mktemp("elsewhere")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        process.kill()


def struct(properties: dict[str, Any]) -> Struct:
    message = Struct()
    message.update(properties)
    return message


def resource(stack: str, properties: dict[str, Any], *, protect: bool = False) -> dict[str, Any]:
    return {
        "type": POSTGRES,
        "name": "db",
        "urn": f"urn:pulumi:{stack}::ai-platform::{POSTGRES}::db",
        "properties": struct(properties),
        "options": analyzer_pb2.AnalyzerResourceOptions(protect=protect),
    }


def broken(analyzer: analyzer_pb2_grpc.AnalyzerStub, properties: dict[str, Any]) -> set[str]:
    answer = analyzer.Analyze(analyzer_pb2.AnalyzeRequest(**resource("prod", properties)))
    assert all(each.enforcementLevel == analyzer_pb2.MANDATORY for each in answer.diagnostics)
    return {each.policyName for each in answer.diagnostics}


def test_the_pack_tells_its_rules(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    told = analyzer.GetAnalyzerInfo(Empty())
    assert told.name == "ai-platform"
    assert [each.name for each in told.policies] == [rule.name for rule in (*RESOURCE_RULES, *STACK_RULES)]
    assert {each.enforcementLevel for each in told.policies} == {analyzer_pb2.MANDATORY}


def test_a_resource_that_breaks_a_rule_is_reported(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    assert broken(analyzer, {**PRIVATE, "settings": {"userLabels": {"team": "ai"}}}) == {
        "private-database",
        "tls",
    }
    assert broken(analyzer, PRIVATE) == {"labelled"}


def test_a_value_that_is_not_known_yet_stops_no_rule(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    """Otherwise one unknown property would hide everything else that is wrong."""
    unknown = {"settings": {"ipConfiguration": {"privateNetwork": UNKNOWN, "sslMode": UNKNOWN}}}
    assert "private-database" in broken(analyzer, unknown)


@pytest.mark.parametrize(("stack", "refused"), [("prod", True), ("dev", False)])
def test_data_is_judged_by_whether_its_stack_is_protected(
    analyzer: analyzer_pb2_grpc.AnalyzerStub, stack: str, refused: bool
) -> None:
    asked = analyzer_pb2.AnalyzeStackRequest(
        resources=[analyzer_pb2.AnalyzerResource(**resource(stack, PRIVATE))]
    )
    answer = analyzer.AnalyzeStack(asked)
    assert ("protected-data" in {each.policyName for each in answer.diagnostics}) == refused
    assert all(each.urn.endswith("::db") for each in answer.diagnostics)


def test_a_stack_is_judged_by_what_was_asked_for(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    """What comes out of a resource is not known in a preview: of a cluster still to be made, nothing is."""
    kinds = ("kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    urns = [f"urn:pulumi:dev::ai-platform::{kind}::closed" for kind in kinds]
    asked: list[dict[str, Any]] = [
        {"metadata": {"name": "closed"}},
        {
            "metadata": {"name": "deny", "namespace": UNKNOWN},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        },
    ]
    named: list[dict[str, Any]] = [
        {"type": kind, "name": "closed", "urn": urn} for kind, urn in zip(kinds, urns, strict=True)
    ]
    for one, properties in zip(named, asked, strict=True):
        analyzer.Analyze(analyzer_pb2.AnalyzeRequest(**one, properties=struct(properties)))
    made = [analyzer_pb2.AnalyzerResource(**one, properties=Struct()) for one in named]
    made[1].dependencies.append(urns[0])
    answer = analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=made))
    assert [each.policyName for each in answer.diagnostics] == []


@pytest.fixture
def language_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python in the place of Pulumi's language host, which starts a pack the same way."""
    try:
        pulumi_program()
    except NoEngineError as reason:
        pytest.skip(str(reason))
    host = tmp_path / "pulumi-analyzer-policy-python"
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u . "$@"\n')
    host.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("language_host")
def test_the_engine_loads_the_pack_and_refuses_what_it_refuses() -> None:
    """The sample's database is public, so that no resource of it may come into being."""
    secret = {"ai-platform:marker": "a-marker-of-the-sample"}
    with engine_stack(sample.program, config=sample.CONFIG, secret_config=secret) as stack:
        previewed = stack.preview(policy_packs=[str(PACK)])
        with pytest.raises(automation.CommandError):
            stack.up(policy_packs=[str(PACK)])
        made = stack.cloud.ledger.all(POSTGRES)
    assert not previewed.succeeded
    assert f"[mandatory]  private-database  ({POSTGRES}: database)" in previewed.log
    assert "protected-data" in previewed.log
    assert made == []


@pytest.mark.usefixtures("language_host")
def test_the_engine_finds_nothing_wrong_with_prod_before_anything_of_it_is_there() -> None:
    script = script_of("prod")
    cloud = Cloud(script.existing)
    with engine_stack(
        script.program, "prod", script.config, cloud=cloud, project_file=script.project_file
    ) as stack:
        previewed = stack.preview(policy_packs=[str(PACK)])
    assert previewed.succeeded, previewed.log
    assert "can't run policy" not in previewed.log
