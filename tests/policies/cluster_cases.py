"""What is wrong in a cluster: images, pods, namespaces, Services, routes, secrets."""

from __future__ import annotations

from functools import partial

from tests.policies import kubernetes
from tests.policies.case import RANDOM, Case, case

CLUSTER: dict[str, Case] = {
    "a volume that nothing protects": case(
        "protected-data",
        "files",
        partial(kubernetes.volume, protect=False),
        partial(kubernetes.volume, protect=True),
        "ResourceOptions",
    ),
    "an image of a pod by its tag": case(
        "image-by-digest", "api", partial(kubernetes.deployment, "nginx:1.0"), kubernetes.deployment, "nginx"
    ),
    "a namespace without labels": case(
        "labelled",
        "ai",
        partial(kubernetes.namespace, denied=("Ingress", "Egress"), labelled=False),
        partial(kubernetes.namespace, denied=("Ingress", "Egress")),
        "metadata.labels",
    ),
    "a route in plain HTTP": case(
        "https-only",
        "gateway",
        partial(kubernetes.gateway, plain={}),
        kubernetes.gateway,
        "sectionName",
    ),
    "a password in a variable": case(
        "no-secret-in-the-clear",
        "api",
        partial(kubernetes.deployment, env=[{"name": "DB_PASSWORD", "value": "hunter2-hunter2"}]),
        partial(kubernetes.deployment, env=[{"name": "DB_PASSWORD_FILE", "value": "/etc/password"}]),
        "DB_PASSWORD",
    ),
    "a random text in a ConfigMap": case(
        "no-secret-in-the-clear",
        "config",
        partial(kubernetes.configuration, {"salt": RANDOM}),
        partial(kubernetes.configuration, {"salt": "see-the-secret-of-the-same-name"}),
        "random",
    ),
    "a pod that may gain privileges": case(
        "restricted-pods",
        "api",
        partial(kubernetes.deployment, security={"allow_privilege_escalation": True}),
        kubernetes.deployment,
        "allowPrivilegeEscalation",
    ),
    "a pod as root": case(
        "restricted-pods",
        "api",
        partial(kubernetes.deployment, security={"run_as_user": 0}),
        partial(kubernetes.deployment, security={"run_as_user": 10001}),
        "runAsNonRoot",
    ),
    "a pod with the node's files": case(
        "restricted-pods",
        "api",
        partial(kubernetes.deployment, volumes=[{"name": "logs", "host_path": {"path": "/var/log"}}]),
        partial(kubernetes.deployment, volumes=[{"name": "logs", "empty_dir": {}}]),
        "hostPath",
    ),
    "a pod on the node's network": case(
        "restricted-pods",
        "api",
        partial(kubernetes.deployment, host_network=True),
        kubernetes.deployment,
        "hostNetwork",
    ),
    "a namespace with free egress": case(
        "default-deny",
        "ai",
        partial(kubernetes.namespace, denied=("Ingress",)),
        partial(kubernetes.namespace, denied=("Ingress", "Egress")),
        "egress",
    ),
    "a Service with a public address": case(
        "no-exposed-service",
        "api",
        partial(kubernetes.service, "LoadBalancer"),
        partial(kubernetes.service, "ClusterIP"),
        "ClusterIP",
    ),
}
"""By what is wrong."""
