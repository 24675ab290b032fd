"""palma_ai as a small stack and as a large one, in the simulated cloud."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from components.vm_access import LOAD_BALANCERS
from services.foundation import Foundation, FoundationArgs
from services.palma_ai.outputs import palma_ai_outputs
from services.palma_ai.palma_ai import PalmaAi, PalmaAiArgs
from services.palma_ai.settings import DOCUMENTED_SECRETS, PalmaAiSettings
from services.settings import NetworkSettings
from simulator.in_process import Plan, PlanRefused, plan
from tests.components.environments import environment

COMMIT, ARCHIVE = "a" * 40, "b" * 64
GIT = {"repository": "https://github.com/acme/palma.git", "revision": COMMIT}
DOMAIN = {"name": "palma.acme.com"}
GIVEN = {f"palma_ai:{name}": f"PLANTED-{name}" for name in DOCUMENTED_SECRETS}
GROUP = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"
TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"


def build(settings: PalmaAiSettings, *, protect: bool) -> None:
    foundation = Foundation(
        "foundation",
        FoundationArgs(
            environment=environment(protect=protect), network=NetworkSettings(), api_propagation_seconds=0
        ),
    )
    palma = PalmaAi(
        "palma",
        PalmaAiArgs(
            foundation=foundation,
            settings=settings,
            alert_email="oncall@acme.com",
        ),
    )
    for name, value in palma_ai_outputs(palma).items():
        pulumi.export(name, value)


def planned(
    *,
    given: dict[str, str] | None = None,
    existing: tuple[str, ...] = (),
    protect: bool = True,
    **changed: Any,
) -> Plan:
    settings = PalmaAiSettings.model_validate({"source": GIT, **changed})
    return plan(
        lambda: build(settings, protect=protect),
        stack="prod",
        secret_config=GIVEN if given is None else given,
        existing=existing,
    )


@pytest.fixture(scope="module")
def small() -> Plan:
    return planned(protect=False)


@pytest.fixture(scope="module")
def large() -> Plan:
    return planned(
        machines=3, zones=["b", "c", "d"], domain=DOMAIN, process={"graceful_timeout_seconds": 180}
    )


def test_a_small_one_is_one_machine_that_the_network_alone_reaches(small: Plan) -> None:
    group = small.one(GROUP).inputs
    assert (group["targetSize"], group["distributionPolicyZones"]) == (1, ["europe-west1-b"])
    assert small.of("gcp:compute/globalForwardingRule:GlobalForwardingRule") == []
    assert small.outputs["palma_ai_url"] == "https://palma.prod.ai.internal"


def test_a_large_one_is_spread_over_zones_behind_a_managed_certificate(large: Plan) -> None:
    group = large.one(GROUP).inputs
    assert group["targetSize"] == 3
    assert len(group["distributionPolicyZones"]) == 3
    certificate = large.one("gcp:compute/managedSslCertificate:ManagedSslCertificate").inputs
    assert certificate["managed"]["domains"] == ["palma.acme.com"]
    assert large.outputs["palma_ai_url"] == "https://palma.acme.com"
    check = large.one("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig").inputs
    assert check["httpCheck"]["path"] == "/health"


def test_only_the_ways_in_that_there_are_lead_to_a_machine(small: Plan, large: Plan) -> None:
    for plan_, clients in ((small, ["10.10.0.0/26", "10.10.1.0/24"]), (large, [])):
        [rule] = [
            each.inputs for each in plan_.of("gcp:compute/firewall:Firewall") if each.name == "palma-clients"
        ]
        assert sorted(rule["sourceRanges"]) == sorted([*clients, *LOAD_BALANCERS])


def test_the_documents_secrets_reach_the_service_by_name_and_version_alone(small: Plan) -> None:
    deployment = small.one(GROUP).inputs["allInstancesConfig"]["metadata"]["deployment"]
    assert deployment.splitlines() == [
        f"revision {COMMIT}",
        "secret OPENAI_API_KEY ai-prod-palma-openai-api-key 1",
        "secret PINECONE_API_KEY ai-prod-palma-pinecone-api-key 1",
        "secret PINECONE_ENV ai-prod-palma-pinecone-env 1",
    ]
    for resource in small.resources:
        if resource.type != "gcp:secretmanager/secretVersion:SecretVersion":
            assert "PLANTED" not in f"{resource.inputs}{resource.state}", resource.name
    assert "PLANTED" not in str(small.outputs)


def test_the_machines_account_alone_reads_them(small: Plan) -> None:
    grants = small.of("gcp:secretmanager/secretIamMember:SecretIamMember")
    assert {grant.inputs["role"] for grant in grants} == {"roles/secretmanager.secretAccessor"}
    email = small.one(TEMPLATE).inputs["serviceAccount"]["email"]
    assert {grant.inputs["member"] for grant in grants} == {f"serviceAccount:{email}"}
    assert len(grants) == len(DOCUMENTED_SECRETS)


def test_a_secret_without_a_source_stops_the_plan_with_the_command_to_run() -> None:
    with pytest.raises(PlanRefused) as refused:
        planned(given={})
    assert "pulumi config set --secret palma_ai:OPENAI_API_KEY --stack prod" in str(refused.value)


def test_an_archive_is_read_by_the_machines_account() -> None:
    bucket = "acme-releases"
    found = planned(
        source={"bucket": bucket, "revision": ARCHIVE},
        existing=(f"projects/acme-prod/buckets/{bucket}", bucket),
    )
    grant = found.one("gcp:storage/bucketIAMMember:BucketIAMMember", "palma-source").inputs
    assert (grant["bucket"], grant["role"]) == (bucket, "roles/storage.objectViewer")
    assert bucket in found.one(TEMPLATE).inputs["metadata"]["user-data"]


def test_every_flag_of_gunicorn_is_a_setting(large: Plan) -> None:
    document = large.one(TEMPLATE).inputs["metadata"]["user-data"]
    assert "-w 2 --timeout 180 --graceful-timeout 180 --keep-alive 5" in document
    assert "TimeoutStopSec=195" in document


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"source": {"revision": COMMIT}}, "either repository or bucket"),
        ({"source": {**GIT, "bucket": "acme-releases"}}, "either repository or bucket"),
        ({"source": {**GIT, "revision": ARCHIVE}}, "git rev-parse HEAD"),
        ({"source": {"bucket": "acme-releases", "revision": COMMIT}}, "SHA-256, 64 digits"),
        ({"env": {"OPENAI_API_KEY": "x"}}, "OPENAI_API_KEY: plain and secret"),
        ({"zones": ["b", "b"]}, "each of the zones once"),
        ({"process": {"max_requests": 10}}, "max_requests_jitter: 0 to 10"),
        (
            {
                "domain": DOMAIN,
                "certificate": {"chain": {"source": "config"}, "key": {"source": "config"}},
            },
            "take domain or certificate out",
        ),
    ],
)
def test_settings_that_contradict_each_other_say_what_to_write(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PalmaAiSettings.model_validate({"source": GIT, **wrong})
