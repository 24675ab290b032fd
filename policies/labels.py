"""An unlabelled resource: one that no bill and no search can give to a team."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.model import Problem, Resource
from policies.pod_templates import pod_template
from simulator.paths import UNKNOWN, value_at

BY_PROVIDER = "labels"
LABELS: dict[str, str] = {
    "gcp:artifactregistry/repository:Repository": BY_PROVIDER,
    "gcp:certificatemanager/certificate:Certificate": BY_PROVIDER,
    "gcp:certificatemanager/certificateMap:CertificateMap": BY_PROVIDER,
    "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry": BY_PROVIDER,
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": BY_PROVIDER,
    "gcp:cloudrunv2/job:Job": BY_PROVIDER,
    "gcp:cloudrunv2/service:Service": BY_PROVIDER,
    "gcp:compute/address:Address": BY_PROVIDER,
    "gcp:compute/disk:Disk": BY_PROVIDER,
    "gcp:compute/forwardingRule:ForwardingRule": BY_PROVIDER,
    "gcp:compute/globalAddress:GlobalAddress": BY_PROVIDER,
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": BY_PROVIDER,
    "gcp:compute/instance:Instance": BY_PROVIDER,
    "gcp:compute/instanceTemplate:InstanceTemplate": BY_PROVIDER,
    "gcp:compute/securityPolicy:SecurityPolicy": BY_PROVIDER,
    "gcp:container/cluster:Cluster": "resourceLabels",
    "gcp:dns/managedZone:ManagedZone": BY_PROVIDER,
    "gcp:gkebackup/backupPlan:BackupPlan": BY_PROVIDER,
    "gcp:kms/cryptoKey:CryptoKey": BY_PROVIDER,
    "gcp:monitoring/alertPolicy:AlertPolicy": "userLabels",
    "gcp:monitoring/notificationChannel:NotificationChannel": "userLabels",
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": "userLabels",
    "gcp:redis/instance:Instance": BY_PROVIDER,
    "gcp:secretmanager/secret:Secret": BY_PROVIDER,
    "gcp:sql/databaseInstance:DatabaseInstance": "settings.userLabels",
    "gcp:storage/bucket:Bucket": BY_PROVIDER,
}
"""Where a type's labels are; those that are called otherwise the provider's default labels do not reach."""

_OBJECTS = "metadata.labels"
_NAMESPACED = ("kubernetes:core/v1:Namespace", "kubernetes:core/v1:Service")


def unlabelled(resource: Resource) -> Iterator[Problem]:
    """A resource that can have labels and has none."""
    path = _OBJECTS if _is_searched_for(resource) else LABELS.get(resource.type)
    if path is None:
        return
    own = value_at(resource.properties, path) or {}
    if not own and not (path == BY_PROVIDER and _by_default(resource.provider)):
        mend = "give the provider default_labels" if path == BY_PROVIDER else f"set {path}"
        yield Problem("nothing says whose it is: it has no label", f"{mend}: the environment and the team")


def _is_searched_for(resource: Resource) -> bool:
    """Whether it is a Kubernetes object that others are found by; the rest is in its namespace."""
    return resource.type in _NAMESPACED or pod_template(resource) is not None


def _by_default(provider: Mapping[str, Any]) -> bool:
    given = provider.get("defaultLabels")
    if isinstance(given, str) and given != UNKNOWN:
        given = json.loads(given)
    return bool(given)
