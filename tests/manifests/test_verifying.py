"""The judges of manifests see what is wrong: each row is a right manifest and what is broken in it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.manifests.definitions import FOLDER, MISSING
from tests.manifests.rendering import Manifest
from tests.manifests.verifying import (
    NO_PROGRAM,
    can_ask_the_server,
    findings,
    schema_findings,
    server_findings,
)

_CONTAINER = "spec.template.spec.containers.0"
_DIGEST = f"registry.example.com/api@sha256:{'5e' * 32}"

RIGHT: dict[str, dict[str, Any]] = {
    "workload": {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "selector": {"matchLabels": {"app": "api"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": {"app": "api"}},
                "spec": {
                    "terminationGracePeriodSeconds": 65,
                    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                    "containers": [
                        {
                            "name": "api",
                            "image": _DIGEST,
                            "lifecycle": {"preStop": {"sleep": {"seconds": 35}}},
                            "resources": {"requests": {"cpu": "250m"}, "limits": {"cpu": "250m"}},
                            "securityContext": {
                                "allowPrivilegeEscalation": False,
                                "capabilities": {"drop": ["ALL"]},
                            },
                        }
                    ],
                },
            },
        },
    },
    "policy": {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "podSelector": {"matchLabels": {"app": "api"}},
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}], "ports": [{"port": 5432}]}],
        },
    },
    "service": {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8000}]},
    },
    "scale": {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "minReplicas": 3,
            "maxReplicas": 10,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"},
        },
    },
    "schedule": {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "sync", "namespace": "app"},
        "spec": {"schedule": "0 3 * * *", "concurrencyPolicy": "Forbid", "jobTemplate": {"spec": {}}},
    },
    "gateway": {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "public", "namespace": "gateway"},
        "spec": {
            "gatewayClassName": "gke-l7-global-external-managed",
            "listeners": [{"name": "https", "port": 443, "protocol": "HTTPS"}],
        },
    },
    "route": {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "parentRefs": [{"name": "public", "namespace": "gateway"}],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/v1"}}],
                    "backendRefs": [{"name": "api", "port": 80, "weight": 100}],
                }
            ],
        },
    },
    "backend": {
        "apiVersion": "networking.gke.io/v1",
        "kind": "GCPBackendPolicy",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "default": {"timeoutSec": 600, "connectionDraining": {"drainingTimeoutSec": 600}},
            "targetRef": {"group": "", "kind": "Service", "name": "api"},
        },
    },
    "scrape": {
        "apiVersion": "monitoring.googleapis.com/v1",
        "kind": "PodMonitoring",
        "metadata": {"name": "api", "namespace": "app"},
        "spec": {
            "selector": {"matchLabels": {"app": "api"}},
            "endpoints": [
                {
                    "port": "http",
                    "interval": "30s",
                    "authorization": {
                        "type": "Bearer",
                        "credentials": {"secret": {"name": "token", "key": "token"}},
                    },
                }
            ],
        },
    },
}
RIGHT["schedule"]["spec"]["jobTemplate"]["spec"] = {
    "template": {
        "metadata": {"labels": {"app": "sync"}},
        "spec": {
            **copy.deepcopy(RIGHT["workload"]["spec"]["template"]["spec"]),
            "restartPolicy": "Never",
        },
    }
}

BY_SCHEMA = [
    ("workload", f"{_CONTAINER}.image", 7, "string"),
    ("workload", f"{_CONTAINER}.resourses", {}, "resourses"),
    ("workload", "spec.template.spec.ttlSecondsAfterFinished", 60, "ttlSecondsAfterFinished"),
    ("policy", "spec.egress.0.ports.0.prot", "TCP", "prot"),
    ("service", "spec.ports.0.targetport", 8000, "targetport"),
    ("scale", "spec.maxReplicas", "ten", "integer"),
    ("schedule", "spec.jobTemplate.spec.template.spec.restartpolicy", "Never", "restartpolicy"),
]
BY_DEFINITION = [
    ("route", "spec.rules.0.backendRefs.0.wieght", 10, "wieght"),
    ("route", "spec.rules.0.backendRefs.0.weight", -1, "weight"),
    ("gateway", "spec.listeners.0.port", 70000, "port"),
    ("backend", "spec.default.connectionDraining.drainingTimeoutSec", 7200, "drainingTimeoutSec"),
    ("scrape", "spec.endpoints.0.intervall", "30s", "intervall"),
]
BY_SERVER = [
    ("policy", "spec.egress.0.to.0.ipBlock.cidr", "10.20.0.0/33", "invalid CIDR|valid CIDR"),
    ("workload", "spec.selector.matchLabels", {"app": "other"}, "selector"),
    ("workload", f"{_CONTAINER}.resources.requests.cpu", "500m", "less than or equal to"),
    ("workload", f"{_CONTAINER}.lifecycle.preStop.sleep.seconds", 66, "sleep"),
    ("workload", "spec.strategy.rollingUpdate.maxSurge", 0, "may not be 0"),
    ("workload", f"{_CONTAINER}.securityContext.privileged", True, "privileged"),
    ("workload", f"{_CONTAINER}.securityContext.capabilities", {}, "capabilities"),
    ("workload", "spec.template.spec.hostNetwork", True, "host namespaces|hostNetwork"),
    ("workload", "spec.template.spec.securityContext.runAsUser", 0, "runAsUser"),
    ("service", "spec.ports.0.port", 0, "between 1 and 65535"),
    ("scale", "spec.minReplicas", 11, "greater than or equal to"),
    ("schedule", "spec.schedule", "daily", "expected exactly 5 fields|five|schedule"),
    ("route", "spec.rules.0.matches.0.path.value", "v1", "must start with|absolute"),
    ("gateway", "spec.listeners.0.tls", {"mode": "Terminate"}, "certificateRefs|options"),
    ("scrape", "spec.endpoints.0.authorization.type", "Basic", "basic_auth"),
]


def broken(name: str, path: str, value: Any) -> Manifest:
    """A right manifest with another value at `path`."""
    content = copy.deepcopy(RIGHT[name])
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = content
    for step in way:
        place = place[step]
    place[last] = value
    return Manifest(cluster="main", resource=name, content=content)


def renamed(manifest: Manifest, name: str) -> Manifest:
    """The same manifest under another name, by which what is found in it is told from the others'."""
    metadata = {**manifest.content["metadata"], "name": name}
    return replace(manifest, content={**manifest.content, "metadata": metadata})


@pytest.fixture(scope="module")
def said() -> Mapping[str, list[str]]:
    """What the server's own validation says of each broken manifest, by the path that is broken."""
    if not can_ask_the_server():
        pytest.skip(NO_PROGRAM)
    asked = [renamed(broken(*row[:3]), f"broken-{at}") for at, row in enumerate(BY_SERVER)]
    lines = server_findings(asked)
    return {row[1]: [line for line in lines if f"/broken-{at}:" in line] for at, row in enumerate(BY_SERVER)}


def test_nothing_is_found_in_right_manifests() -> None:
    """Otherwise the tests below would prove nothing."""
    right = [Manifest(cluster="main", resource=name, content=RIGHT[name]) for name in RIGHT]
    assert findings(right) == []


@pytest.mark.parametrize(("name", "path", "value", "words"), BY_SCHEMA)
def test_what_kubernetes_schemas_refuse_is_found(name: str, path: str, value: Any, words: str) -> None:
    found = list(schema_findings(broken(name, path, value)))
    assert [line for line in found if re.search(words, line)], found


@pytest.mark.parametrize(("name", "path", "value", "words"), BY_DEFINITION)
def test_what_a_definition_refuses_is_found(name: str, path: str, value: Any, words: str) -> None:
    if not FOLDER.is_dir():
        pytest.skip(MISSING)
    found = list(schema_findings(broken(name, path, value)))
    assert [line for line in found if re.search(words, line)], found


@pytest.mark.parametrize(("name", "path", "value", "words"), BY_SERVER)
def test_what_only_the_server_refuses_is_found(
    said: Mapping[str, list[str]], name: str, path: str, value: Any, words: str
) -> None:
    assert [line for line in said[path] if re.search(words, line)], said[path]
    assert list(schema_findings(broken(name, path, value))) == [], "else a schema would do"


def test_what_nobody_can_judge_is_a_finding() -> None:
    if not FOLDER.is_dir():
        pytest.skip(MISSING)
    unknown = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "it"}}
    assert findings([Manifest(cluster="main", resource="it", content=unknown)])
