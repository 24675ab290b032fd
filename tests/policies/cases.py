"""What each rule refuses and what it lets pass: the pairs of programs that the tests plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.policies import google, kubernetes

KEY = "sk-proj-" + "a1B2" * 8
RANDOM = "q7Rk2VbX9mTz4LcW8pYd3NsF6hJg"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule, a program that breaks it, and the same program mended.

    Attributes:
        rule: the rule's name.
        resource: the name of the resource that breaks it.
        breaks: the program that breaks it.
        keeps: the program that keeps it.
        says: words of the finding.
    """

    rule: str
    resource: str
    breaks: Callable[[], object]
    keeps: Callable[[], object]
    says: str


def case(
    rule: str, resource: str, breaks: Callable[[], object], keeps: Callable[[], object], says: str
) -> Case:
    return Case(rule=rule, resource=resource, breaks=breaks, keeps=keeps, says=says)


CASES: dict[str, Case] = {
    "a public database": case(
        "private-database",
        "database",
        partial(google.database, public=True),
        google.database,
        "ipv4_enabled",
    ),
    "Redis on the default network": case(
        "private-redis", "cache", partial(google.cache, alone=False), google.cache, "authorized_network"
    ),
    "Redis without a password": case(
        "private-redis", "cache", partial(google.cache, password=False), google.cache, "auth_enabled"
    ),
    "a machine with a public address": case(
        "private-machine", "machine", partial(google.machine, public=True), google.machine, "Cloud NAT"
    ),
    "a machine open to the internet": case(
        "private-machine",
        "door",
        partial(google.firewall, "0.0.0.0/0"),
        partial(google.firewall, "35.235.240.0/20"),
        "source_ranges",
    ),
    "a bucket that can be made public": case(
        "private-bucket",
        "bucket",
        partial(google.bucket, closed=False),
        google.bucket,
        "public_access_prevention",
    ),
    "a bucket for everybody": case(
        "nothing-for-everybody",
        "writer",
        partial(google.bucket, closed=False, member="allUsers"),
        google.bucket,
        "allUsers",
    ),
    "a database that nothing protects": case(
        "protected-data", "database", partial(google.database, protect=False), google.database, "protect"
    ),
    "a database without a backup": case(
        "protected-data",
        "database",
        partial(google.database, backup=False),
        google.database,
        "point_in_time_recovery",
    ),
    "Redis that nothing protects": case(
        "protected-data", "cache", partial(google.cache, protect=False), google.cache, "deletionProtection"
    ),
    "a disk without snapshots": case(
        "protected-data", "data", partial(google.disk, snapshots=False), google.disk, "snapshot schedule"
    ),
    "a disk that nothing protects": case(
        "protected-data", "data", partial(google.disk, protect=False), google.disk, "ResourceOptions"
    ),
    "a bucket whose objects have one version": case(
        "protected-data", "bucket", partial(google.bucket, versions=False), google.bucket, "versioning"
    ),
    "a bucket that may be emptied": case(
        "protected-data",
        "bucket",
        partial(google.bucket, protect=False),
        partial(google.bucket, protect=False, versions=False, role="roles/storage.objectViewer"),
        "forceDestroy",
    ),
    "a volume that nothing protects": case(
        "protected-data",
        "files",
        partial(kubernetes.volume, protect=False),
        partial(kubernetes.volume, protect=True),
        "ResourceOptions",
    ),
    "an image of Cloud Run by its tag": case(
        "image-by-digest", "api", partial(google.service, f"{google.IMAGE}:1.0"), google.service, "1.0"
    ),
    "an image of a pod by its tag": case(
        "image-by-digest", "api", partial(kubernetes.deployment, "nginx:1.0"), kubernetes.deployment, "nginx"
    ),
    "an image on a machine by its tag": case(
        "image-by-digest",
        "machine",
        partial(google.machine, metadata={"user-data": f"docker run {google.IMAGE}:1"}),
        partial(google.machine, metadata={"user-data": f"docker run {google.IMAGE}@{google.DIGEST}"}),
        "api:1",
    ),
    "a primitive role": case(
        "no-primitive-role",
        "grant",
        partial(google.role, "roles/editor"),
        partial(google.role, "roles/logging.logWriter"),
        "roles/editor",
    ),
    "every secret of a project": case(
        "secrets-one-by-one",
        "grant",
        partial(google.role, "roles/secretmanager.secretAccessor"),
        partial(google.role, "roles/secretmanager.viewer"),
        "each secret",
    ),
    "nothing labelled by the provider": case(
        "labelled", "kept", partial(google.secret, labelled=False), google.secret, "default_labels"
    ),
    "labels that the provider does not give": case(
        "labelled", "mail", partial(google.channel, labelled=False), google.channel, "userLabels"
    ),
    "a namespace without labels": case(
        "labelled",
        "ai",
        partial(kubernetes.namespace, denied=("Ingress", "Egress"), labelled=False),
        partial(kubernetes.namespace, denied=("Ingress", "Egress")),
        "metadata.labels",
    ),
    "an old version of TLS": case(
        "tls",
        "tls",
        partial(google.tls_policy, "TLS_1_0"),
        partial(google.tls_policy, "TLS_1_2"),
        "TLS_1_2",
    ),
    "a database in the clear": case(
        "tls", "database", partial(google.database, tls=False), google.database, "ENCRYPTED_ONLY"
    ),
    "a load balancer that serves HTTP": case(
        "https-only",
        "proxy",
        partial(google.entrance, redirects=False),
        partial(google.entrance, redirects=True),
        "redirect",
    ),
    "a route in plain HTTP": case(
        "https-only",
        "gateway",
        partial(kubernetes.gateway, plain={}),
        kubernetes.gateway,
        "sectionName",
    ),
    "a provider's key in a variable": case(
        "no-secret-in-the-clear",
        "api",
        partial(google.service, variables={"MODEL": KEY}),
        partial(google.service, variables={"MODEL": "gpt-4o-mini"}),
        "API key",
    ),
    "a password in a variable": case(
        "no-secret-in-the-clear",
        "api",
        partial(kubernetes.deployment, env=[{"name": "DB_PASSWORD", "value": "hunter2-hunter2"}]),
        partial(kubernetes.deployment, env=[{"name": "DB_PASSWORD_FILE", "value": "/etc/password"}]),
        "DB_PASSWORD",
    ),
    "a password in a URL on a machine": case(
        "no-secret-in-the-clear",
        "machine",
        partial(google.machine, metadata={"user-data": "redis://:hunter2x@10.0.0.2:6379"}),
        partial(google.machine, metadata={"user-data": "redis://:$PASSWORD@10.0.0.2:6379"}),
        "a password in a URL",
    ),
    "a random text in a ConfigMap": case(
        "no-secret-in-the-clear",
        "config",
        partial(kubernetes.configuration, {"salt": RANDOM}),
        partial(kubernetes.configuration, {"salt": "see-the-secret-of-the-same-name"}),
        "random",
    ),
    "a secret of the plan elsewhere": case(
        "secrets-stay-kept", "item", partial(google.secret, shown=True), google.secret, "Secret Manager"
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
"""Every rule's refusals, by what is wrong."""
