from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.secret import Existing, Given, Secret, SecretArgs, SecretSource
from simulator.in_process import Plan, PlanRefused
from simulator.values import SecretValue, opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import NAMESPACE, SECRET, Team, manifests, planned, verdict

KEPT_BY_HAND = "projects/acme-prod/secrets/openrouter"


Source = Callable[[], SecretSource]


def made(sources: Mapping[str, Source], name: str = "ai-engine-secrets") -> Plan:
    def build(team: Team) -> None:
        secrets = {
            key: Secret(
                f"key-{key.lower()}",
                SecretArgs(environment=team.environment, source=source()),
                pulumi.ResourceOptions(parent=team),
            ).ref
            for key, source in sources.items()
        }
        args = MirroredSecretArgs(
            environment=team.environment, namespace=team.namespace, name=name, secrets=secrets
        )
        mirrored = MirroredSecret("secrets-main", args, team.cluster.options(team))
        pulumi.export("name", mirrored.name)
        pulumi.export("digest", mirrored.digest)

    return planned(build, existing=[KEPT_BY_HAND])


def given(value: str) -> Source:
    return lambda: Given(value=Output.secret(value))


def by_hand(version: str, secret: str = "openrouter") -> Source:
    return lambda: Existing(secret=secret, version=version)


def data(found: Plan) -> dict[str, str]:
    return {
        key: base64.b64decode(value).decode()
        for key, value in opened(found.one(SECRET).inputs)["data"].items()
    }


def test_it_has_exactly_the_name_and_the_keys_that_it_is_given() -> None:
    found = made({"QDRANT_API_KEY": given("q"), "OPENROUTER_API_KEY": given("o")})
    inputs = opened(found.one(SECRET).inputs)

    assert inputs["metadata"].items() >= {"name": "ai-engine-secrets", "namespace": NAMESPACE}.items()
    assert inputs["type"] == "Opaque"
    assert data(found) == {"QDRANT_API_KEY": "q", "OPENROUTER_API_KEY": "o"}


def test_a_value_that_is_more_than_ascii_arrives_as_it_was() -> None:
    assert data(made({"KEY": given("pässwörd\n=")})) == {"KEY": "pässwörd\n="}


def test_a_secret_that_is_kept_by_hand_is_read_at_the_version_that_is_pinned() -> None:
    third, fourth = (made({"KEY": by_hand(number)}) for number in ("3", "4"))

    assert data(third) != data(fourth)
    assert "openrouter 3" in data(third)["KEY"]


def test_a_secret_that_nobody_keeps_is_named_in_the_refusal() -> None:
    with pytest.raises(Exception, match=r"secrets/nowhere/versions/1 does not exist"):
        made({"KEY": by_hand("1", secret="nowhere")})


def test_a_value_that_was_kept_by_hand_is_as_secret_as_one_that_is_given() -> None:
    assert isinstance(made({"KEY": by_hand("3")}).one(SECRET).inputs["data"], SecretValue)


def test_the_values_are_secret_in_the_plan_and_the_name_and_digest_are_not() -> None:
    found = made({"KEY": given("canary-value")})

    assert "canary-value" not in repr(found.one(SECRET).inputs)
    assert isinstance(found.one(SECRET).inputs["data"], SecretValue)
    assert isinstance(found.outputs["digest"], str)
    assert found.outputs["name"] == "ai-engine-secrets"


def test_it_carries_the_digest_by_which_a_preview_tells_of_a_change() -> None:
    found = made({"KEY": given("k")})

    annotations = opened(found.one(SECRET).inputs)["metadata"]["annotations"]
    assert annotations == {"ai-platform/versions": found.outputs["digest"]}


def test_the_digest_tells_nothing_of_the_value() -> None:
    """It stands in annotations, where a digest of a short value could be tried out."""
    assert made({"KEY": given("one")}).outputs["digest"] == made({"KEY": given("other")}).outputs["digest"]


def test_the_digest_follows_the_version_and_the_keys() -> None:
    several = ({"K": by_hand("3")}, {"K": by_hand("4")}, {"L": by_hand("3")})
    digests = {made(sources).outputs["digest"] for sources in several}

    assert len(digests) == 3


def test_it_is_written_once_the_version_is_there() -> None:
    found = made({"KEY": given("k")})

    assert "key-key-version" in awaited(found, found.one(SECRET))


def test_kubernetes_itself_finds_nothing_wrong() -> None:
    assert verdict(manifests(made({"KEY": given("k"), "tls.crt": given("c")}))) == []


@pytest.mark.parametrize(
    ("sources", "name", "advice"),
    [
        ({}, "secrets", "write a value"),
        ({"A KEY": given("k")}, "secrets", "can't be a key"),
        ({"KEY": given("k")}, "AI_secrets", "lower-case"),
    ],
)
def test_what_no_cluster_takes_is_refused(sources: dict[str, Any], name: str, advice: str) -> None:
    with pytest.raises((ValueError, PlanRefused), match=advice):
        made(sources, name=name)
