from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.https_load_balancer import HttpsLoadBalancer, HttpsLoadBalancerArgs
from simulator.in_process import Plan
from tests.components.cloud_run import environment, planned, service

ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
BACKEND = "gcp:compute/backendService:BackendService"
CERTIFICATE = "gcp:compute/managedSslCertificate:ManagedSslCertificate"
ENDPOINTS = "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup"
HTTPS_PROXY = "gcp:compute/targetHttpsProxy:TargetHttpsProxy"
POLICY = "gcp:compute/securityPolicy:SecurityPolicy"
RECORD = "gcp:dns/recordSet:RecordSet"
RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule"
TLS = "gcp:compute/sSLPolicy:SSLPolicy"
URL_MAP = "gcp:compute/uRLMap:URLMap"
ZONE = "projects/acme-prod/managedZones/acme"


def args(**changed: Any) -> HttpsLoadBalancerArgs:
    usual: dict[str, Any] = {
        "environment": environment(),
        "domains": ["axis.acme.com"],
        "backends": {"api": "ai-prod-api", "web": "ai-prod-web"},
        "default_backend": "web",
        "routes": {"/api/*": "api", "/health": "api"},
    }
    return HttpsLoadBalancerArgs(**(usual | changed))


def plan_of(**changed: Any) -> Plan:
    def program() -> None:
        backends = {"api": service("api").service_name, "web": service("web").service_name}
        balancer = HttpsLoadBalancer("axis", args(**{"backends": backends, **changed}))
        pulumi.export("address", balancer.address)
        pulumi.export("url", balancer.url)

    return planned(program, existing=[ZONE])


# The way in


def test_https_and_http_are_answered_at_one_address() -> None:
    plan = plan_of()

    ports = {rule.inputs["portRange"]: rule.inputs for rule in plan.of(RULE)}
    assert ports.keys() == {"443", "80"}
    assert {rule["ipAddress"] for rule in ports.values()} == {plan.outputs["address"]}
    assert plan.outputs["url"] == "https://axis.acme.com"


def test_plain_http_is_only_told_to_come_back_by_https() -> None:
    plan = plan_of()
    [redirect] = [each.inputs for each in plan.of(URL_MAP) if "defaultUrlRedirect" in each.inputs]

    assert redirect["defaultUrlRedirect"]["httpsRedirect"] is True
    assert redirect["defaultUrlRedirect"]["stripQuery"] is False
    assert "defaultService" not in redirect, "no request in the clear reaches a service"


def test_old_tls_is_refused() -> None:
    plan = plan_of()

    assert plan.one(TLS).inputs["minTlsVersion"] == "TLS_1_2"
    assert plan.one(TLS).inputs["profile"] == "MODERN"
    assert plan.one(TLS).urn in plan.one(HTTPS_PROXY).dependencies


def test_the_scheme_is_said_wherever_its_default_has_changed_before() -> None:
    plan = plan_of()

    told = {each.inputs["loadBalancingScheme"] for each in (*plan.of(RULE), *plan.of(BACKEND))}
    assert told == {"EXTERNAL_MANAGED"}


def test_another_domain_is_another_certificate_that_can_be_there_with_the_old_one() -> None:
    one = plan_of().one(CERTIFICATE).inputs
    other = plan_of(domains=["axis.acme.com", "www.acme.com"]).one(CERTIFICATE).inputs

    assert other["managed"]["domains"] == ["axis.acme.com", "www.acme.com"]
    assert one["name"] != other["name"], "one in use can't be deleted, so the new one has to come first"


def test_what_is_used_until_its_successor_is_there_never_goes_first() -> None:
    told: dict[str, bool | None] = {}

    def record(made: pulumi.ResourceTransformationArgs) -> None:
        told[made.type_] = made.opts.delete_before_replace

    def program() -> None:
        backends = {"api": service("api").service_name, "web": service("web").service_name}
        HttpsLoadBalancer("axis", args(backends=backends), pulumi.ResourceOptions(transformations=[record]))

    planned(program)

    # Left out, the provider decides, and it deletes first whatever has a name that it did not make up itself.
    assert told[CERTIFICATE] is False
    assert told[ENDPOINTS] is False


def test_the_same_domains_in_another_order_are_the_same_certificate() -> None:
    domains = ["axis.acme.com", "www.acme.com"]

    one, other = (plan_of(domains=each).one(CERTIFICATE).inputs for each in (domains, domains[::-1]))
    assert one == other


@pytest.mark.parametrize("protect", [True, False])
def test_the_address_that_records_elsewhere_point_at_is_protected_with_its_stack(protect: bool) -> None:
    assert plan_of(environment=environment(protect=protect)).one(ADDRESS).protect is protect


def test_a_zone_gets_a_record_for_each_domain() -> None:
    plan = plan_of(domains=["axis.acme.com", "www.acme.com"], dns_zone="acme")

    records = {each.inputs["name"]: each.inputs for each in plan.of(RECORD)}
    assert records.keys() == {"axis.acme.com.", "www.acme.com."}
    assert all(record["rrdatas"] == [plan.outputs["address"]] for record in records.values())


def test_without_a_zone_the_address_is_told_for_a_record_by_hand() -> None:
    plan = plan_of()

    assert plan.of(RECORD) == []
    assert plan.outputs["address"]


# The way through


def test_paths_lead_where_the_documents_proxy_leads_them() -> None:
    plan = plan_of()
    [routes] = [each.inputs for each in plan.of(URL_MAP) if "defaultService" in each.inputs]
    ids = {each.name: each.id for each in plan.of(BACKEND)}

    [matcher] = routes["pathMatchers"]
    assert routes["hostRules"] == [{"hosts": ["axis.acme.com"], "pathMatcher": matcher["name"]}]
    assert matcher["pathRules"] == [{"paths": ["/api/*", "/health"], "service": ids["axis-api"]}]
    assert matcher["defaultService"] == routes["defaultService"] == ids["axis-web"]


def test_one_backend_needs_no_routes() -> None:
    def program() -> None:
        backends = {"api": service("api").service_name}
        HttpsLoadBalancer("axis", args(backends=backends, default_backend="api", routes={}))

    [routes] = [each.inputs for each in planned(program).of(URL_MAP) if "defaultService" in each.inputs]

    assert not {"hostRules", "pathMatchers"} & routes.keys()


def test_a_stream_is_neither_cut_nor_cached_nor_compressed_on_its_way() -> None:
    for backend in plan_of().of(BACKEND):
        refused_by_google = {"timeoutSec", "healthChecks", "portName"}
        assert not refused_by_google & backend.inputs.keys(), "the service's own request limit holds"
        assert backend.inputs["enableCdn"] is False
        assert backend.inputs["compressionMode"] == "DISABLED"


def test_every_service_is_behind_cloud_armor_and_its_requests_are_logged() -> None:
    plan = plan_of(log_sample_rate=0.1)

    assert len(plan.of(BACKEND)) == 2
    for backend in plan.of(BACKEND):
        assert plan.one(POLICY).urn in backend.dependencies
        assert backend.inputs["logConfig"] == {"enable": True, "sampleRate": 0.1}


def test_another_service_behind_a_backend_is_another_group_that_can_be_there_with_the_old_one() -> None:
    def name_of(of: str) -> str:
        def program() -> None:
            backends = {"api": service(of).service_name}
            HttpsLoadBalancer("axis", args(backends=backends, default_backend="api", routes={}))

        return planned(program).one(ENDPOINTS).inputs["name"]

    assert name_of("api") != name_of("api-two")


# What is refused


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"domains": []}, "write 1 to 100"),
        ({"domains": ["axis.acme.com", "axis.acme.com"]}, "each once"),
        ({"domains": ["*.acme.com"]}, "no wildcard"),
        ({"default_backend": "frontend"}, "write one of api, web"),
        ({"routes": {"/api/*": "backend"}}, "backend 'backend' is not there"),
        ({"routes": {"api": "api"}}, "write '/health' or '/api/\\*'"),
        ({"routes": {"/api*": "api"}}, "write '/health' or '/api/\\*'"),
        ({"requests_per_minute": 10001}, "write 1 to 10000"),
    ],
)
def test_what_google_would_refuse_is_refused_with_what_to_write(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        args(**changed)
