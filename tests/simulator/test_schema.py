"""What the SDKs' own classes say of a type, and that nothing is refused for a sentence that was misread."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from simulator.documented import documented_values, undocumented
from simulator.schema import Property, SchemaMissingError, object_properties, resource_schema
from simulator.shape import shape_failures
from tests.simulator import town as t

_DESCRIPTIONS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


def nested(type_token: str, path: str) -> Property:
    """The property at `path`, through objects and lists of them."""
    *way, last = path.split(".")
    properties = resource_schema(type_token).inputs
    for name in way:
        kind = properties[name].kind
        kind = kind.element or kind
        assert kind.reference is not None
        properties = object_properties(kind.reference)
    return properties[last]


def failures(type_token: str, given: dict[str, Any]) -> list[tuple[str, str]]:
    return list(shape_failures(resource_schema(type_token).inputs, given))


def test_names_are_those_on_the_wire_and_required_is_what_has_no_default() -> None:
    schema = resource_schema(t.REDIS)

    assert schema.inputs["memorySizeGb"].required
    assert schema.inputs["memorySizeGb"].kind.name == "integer"
    assert not schema.inputs["tier"].required


def test_nested_properties_are_known_at_every_depth() -> None:
    path = "template.containers.envs.valueSource.secretKeyRef.secret"

    assert nested(t.SERVICE, path).required


def test_outputs_and_those_that_are_secret_are_known() -> None:
    schema = resource_schema(t.REDIS)

    assert {"host", "port", "authString"} <= schema.outputs.keys()
    assert "authString" in schema.secret_outputs
    assert "host" not in schema.secret_outputs


@pytest.mark.parametrize(
    "type_token",
    ["pulumi:providers:gcp", "kubernetes:apps/v1:Deployment", t.IMAGE, t.PASSWORD, t.VARIABLE, t.SLEEP],
)
def test_every_package_is_read_the_same_way(type_token: str) -> None:
    assert resource_schema(type_token).inputs


def test_a_type_that_no_sdk_has_is_missing() -> None:
    for type_token in ("gcp:moon/base:Base", "moon:index/base:Base"):
        with pytest.raises(SchemaMissingError):
            resource_schema(type_token)


def test_reading_an_sdk_does_not_load_it() -> None:
    """Loading the compute classes takes longer than a whole plan."""
    program = (
        "import sys; from simulator.schema import resource_schema; "
        f"resource_schema('{t.MACHINE}'); print([name for name in sys.modules if 'pulumi_gcp' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("type_token", "given", "path", "words"),
    [
        (t.REDIS, {"memorySizeGb": "1"}, "memorySizeGb", "must be an integer, not a string"),
        (t.REDIS, {"memorySizeGb": 1.5}, "memorySizeGb", "must be an integer, not a number"),
        (t.REDIS, {"memorySizeGb": True}, "memorySizeGb", "not a boolean"),
        (t.REDIS, {"tier": "BASIC"}, "memorySizeGb", "is required and missing"),
        (t.REDIS, {"memorySizeGb": 1, "size": 1}, "size", "is no property of this type"),
        (t.REDIS, {"memorySizeGb": 1, "labels": {"a": 1}}, "labels.a", "must be a string"),
        (t.SERVICE, {"template": {"containers": {}}}, "template.containers", "must be a list"),
        (
            t.SERVICE,
            {"template": {"containers": [{"image": "i", "env": []}]}},
            "template.containers[0].env",
            "did you mean envs?",
        ),
        (
            t.SERVICE,
            {"template": {"containers": [{"image": "i", "envs": [{"value": "1"}]}]}},
            "template.containers[0].envs[0].name",
            "is required and missing",
        ),
        (t.IMAGE, {"build": {"builderVersion": "B"}}, "build.builderVersion", "BuilderBuildKit"),
    ],
)
def test_what_has_the_wrong_shape_is_said_with_its_path(
    type_token: str, given: dict[str, Any], path: str, words: str
) -> None:
    assert [reason for at, reason in failures(type_token, given) if at == path and words in reason]


@pytest.mark.parametrize("type_token", t.RIGHT)
def test_a_right_resource_of_each_type_has_the_right_shape(type_token: str) -> None:
    assert failures(type_token, t.RIGHT[type_token]) == []
    assert list(undocumented(resource_schema(type_token).inputs, t.RIGHT[type_token])) == []


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("The tier. Possible values are: `BASIC`, `STANDARD_HA`.", ("BASIC", "STANDARD_HA")),
        ("Default value is `A`.\nPossible values are:\n`A`, `B`.", ("A", "B")),
        ("Each value may be one of: `OPENED`, `CLOSED`.", ("OPENED", "CLOSED")),
        ("Possible values include: `A`, `B`.", ()),
        ("Possible values: TIER_1, DEFAULT", ()),
        ("Possible values are: `A`, or anything that begins with B.", ()),
        ("Possible values are: `A`. In other regions: possible values are: `B`.", ("A",)),
        ("Possible values are: `A`. Possible values are: `B`.", ()),
    ],
)
def test_only_the_sentence_that_is_generated_from_the_validation_is_believed(
    sentence: str, values: tuple[str, ...]
) -> None:
    assert (
        documented_values(Property("it", resource_schema(t.REDIS).inputs["tier"].kind, doc=sentence))
        == values
    )


@pytest.mark.parametrize(
    ("type_token", "path", "api", "schema", "name"),
    [
        (t.REDIS, "tier", "redis.v1", "Instance", "tier"),
        (t.REDIS, "connectMode", "redis.v1", "Instance", "connectMode"),
        (t.REDIS, "transitEncryptionMode", "redis.v1", "Instance", "transitEncryptionMode"),
        (t.NETWORK, "routingMode", "compute.v1", "NetworkRoutingConfig", "routingMode"),
        (t.SUBNET, "logConfig.metadata", "compute.v1", "SubnetworkLogConfig", "metadata"),
        (
            t.SUBNET,
            "logConfig.aggregationInterval",
            "compute.v1",
            "SubnetworkLogConfig",
            "aggregationInterval",
        ),
        (t.FIREWALL, "direction", "compute.v1", "Firewall", "direction"),
        (t.SERVICE, "ingress", "run.v2", "GoogleCloudRunV2Service", "ingress"),
        (t.SERVICE, "launchStage", "run.v2", "GoogleCloudRunV2Service", "launchStage"),
        (t.SERVICE, "template.vpcAccess.egress", "run.v2", "GoogleCloudRunV2VpcAccess", "egress"),
        (t.REPOSITORY, "mode", "artifactregistry.v1", "Repository", "mode"),
        (t.ZONE, "visibility", "dns.v1", "ManagedZone", "visibility"),
    ],
)
def test_no_documented_value_is_unknown_to_googles_own_description(
    type_token: str, path: str, api: str, schema: str, name: str
) -> None:
    description = json.loads((_DESCRIPTIONS / f"{api}.json").read_text())["schemas"][schema]["properties"][
        name
    ]
    google = {value for value in description["enum"] if not value.endswith("UNSPECIFIED")}

    assert documented_values(nested(type_token, path))
    assert set(documented_values(nested(type_token, path))) <= google
