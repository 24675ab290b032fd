"""The provider protocol over the simulated cloud, asked as the engine asks but without the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as protocol
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from simulator.cloud import Cloud
from simulator.paths import UNKNOWN
from simulator.provider import PACKAGES
from simulator.serving import serving
from simulator.wire import from_wire, to_wire

SECRET = "gcp:secretmanager/secret:Secret"
URN = f"urn:pulumi:test::ai-platform::{SECRET}::openai"
INPUTS = {"project": "acme", "secretId": "openai", "replication": {"auto": {}}}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def stub_of(cloud: Cloud) -> Iterator[Callable[[str], ResourceProviderStub]]:
    """The client of one package's provider."""
    with serving(cloud) as attached:
        ports = dict(pair.split(":") for pair in attached.split(","))
        with contextlib.ExitStack() as channels:

            def stub(package: str) -> ResourceProviderStub:
                channel = grpc.insecure_channel(f"127.0.0.1:{ports[package]}")
                return ResourceProviderStub(channels.enter_context(channel))

            yield stub


@pytest.fixture
def gcp(stub_of: Callable[[str], ResourceProviderStub]) -> ResourceProviderStub:
    return stub_of("gcp")


def _create(gcp: ResourceProviderStub, inputs: dict[str, Any], *, preview: bool = False) -> Any:
    request = protocol.CreateRequest(type=SECRET, urn=URN, properties=to_wire(inputs), preview=preview)
    return gcp.Create(request)


def _check(gcp: ResourceProviderStub, inputs: dict[str, Any]) -> Any:
    return gcp.Check(protocol.CheckRequest(type=SECRET, urn=URN, news=to_wire(inputs)))


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_reports_its_sdk_s_version(
    package: str, stub_of: Callable[[str], ResourceProviderStub]
) -> None:
    assert stub_of(package).GetPluginInfo(Empty()).version == metadata.version(PACKAGES[package])


def test_secrets_are_left_to_the_engine(gcp: ResourceProviderStub) -> None:
    answer = gcp.Handshake(protocol.ProviderHandshakeRequest())
    assert not answer.accept_secrets
    assert not gcp.Configure(protocol.ConfigureRequest()).acceptSecrets


def test_a_provider_s_settings_are_the_cloud_s_defaults(gcp: ResourceProviderStub) -> None:
    settings = {"project": "acme", "defaultLabels": '{"team": "ai"}'}
    gcp.Configure(protocol.ConfigureRequest(args=to_wire(settings)))
    state = from_wire(_create(gcp, {key: INPUTS[key] for key in ("secretId", "replication")}).properties)
    assert state["project"] == "acme"
    assert state["effectiveLabels"]["team"] == "ai"


def test_a_wrong_input_is_reported_at_its_property(gcp: ResourceProviderStub) -> None:
    answer = _check(gcp, {**INPUTS, "replication": {"auto": {"speed": 1}}})
    assert [failure.property for failure in answer.failures] == ["replication.auto.speed"]
    assert answer.failures[0].reason


@pytest.mark.parametrize("mark", [UNKNOWN, "3eeb2bf0-c639-47a8-9e75-3b44932eb421"])
@pytest.mark.parametrize("property_", ["secretId", "replication", "labels"])
def test_what_a_preview_does_not_know_is_neither_refused_nor_replaced(
    gcp: ResourceProviderStub, property_: str, mark: str
) -> None:
    answer = _check(gcp, {**INPUTS, property_: mark})
    assert not answer.failures
    assert from_wire(answer.inputs)[property_] == UNKNOWN


def test_a_preview_makes_nothing_and_gives_no_identity(gcp: ResourceProviderStub, cloud: Cloud) -> None:
    answer = _create(gcp, INPUTS, preview=True)
    assert not answer.id
    assert from_wire(answer.properties)["secretId"] == "openai"
    assert from_wire(answer.properties)["name"] == UNKNOWN
    assert not cloud.ledger.resources


@pytest.mark.parametrize("cloud", [Cloud(fail_on=1)])
def test_a_refused_operation_says_why_and_changes_nothing(gcp: ResourceProviderStub, cloud: Cloud) -> None:
    with pytest.raises(grpc.RpcError) as refusal:
        _create(gcp, INPUTS)
    assert isinstance(refusal.value, grpc.Call)
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "told to fail" in (refusal.value.details() or "")
    assert not cloud.ledger.resources
    assert _create(gcp, INPUTS).id, "the same operation works when it is asked for again"


def test_what_was_made_is_read_back_as_it_was_answered(gcp: ResourceProviderStub) -> None:
    created = _create(gcp, INPUTS)
    read = gcp.Read(protocol.ReadRequest(type=SECRET, urn=URN, id=created.id))
    assert read.id == created.id
    assert from_wire(read.inputs) == INPUTS
    assert from_wire(read.properties) == from_wire(created.properties)


def test_what_is_gone_is_read_as_nothing(gcp: ResourceProviderStub) -> None:
    created = _create(gcp, INPUTS)
    gcp.Delete(protocol.DeleteRequest(type=SECRET, urn=URN, id=created.id))
    assert not gcp.Read(protocol.ReadRequest(type=SECRET, urn=URN, id=created.id)).id


def test_a_previewed_update_leaves_the_cloud_alone(gcp: ResourceProviderStub, cloud: Cloud) -> None:
    created = _create(gcp, INPUTS)
    before = dict(cloud.ledger.resources)
    gcp.Update(
        protocol.UpdateRequest(
            type=SECRET,
            urn=URN,
            id=created.id,
            olds=created.properties,
            news=to_wire({**INPUTS, "labels": {"team": "ai"}}),
            preview=True,
        )
    )
    assert cloud.ledger.resources == before


@pytest.mark.parametrize(
    ("changed", "replaces"),
    [({}, []), ({"labels": {"team": "ai"}}, []), ({"secretId": "other"}, ["secretId"])],
)
def test_a_difference_says_what_changed_and_whether_that_replaces(
    gcp: ResourceProviderStub, changed: dict[str, Any], replaces: list[str]
) -> None:
    created = _create(gcp, INPUTS)
    answer = gcp.Diff(
        protocol.DiffRequest(
            type=SECRET,
            urn=URN,
            id=created.id,
            olds=created.properties,
            old_inputs=to_wire(INPUTS),
            news=to_wire({**INPUTS, **changed}),
        )
    )
    changes = protocol.DiffResponse.DiffChanges
    assert answer.changes == (changes.DIFF_SOME if changed else changes.DIFF_NONE)
    assert list(answer.diffs) == list(changed)
    assert list(answer.replaces) == replaces


def test_a_method_that_no_rehearsal_needs_is_said_to_be_unimplemented(gcp: ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError) as refusal:
        gcp.Construct(protocol.ConstructRequest())
    assert isinstance(refusal.value, grpc.Call)
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_whole_numbers_stay_whole_and_secrets_come_out_of_their_envelope() -> None:
    envelope = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}
    sent = {"size": 20, "share": 0.5, "nothing": None, "inner": [{"secret": envelope}]}
    received = from_wire(to_wire(sent))
    assert received == {"size": 20, "share": 0.5, "nothing": None, "inner": [{"secret": "hidden"}]}
    assert isinstance(received["size"], int)


def test_properties_arrive_in_one_order_whatever_the_message_had() -> None:
    names = [f"label-{number}" for number in range(50)]
    assert list(from_wire(to_wire({"labels": dict.fromkeys(names, "")}))["labels"]) == sorted(names)
