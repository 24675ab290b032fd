"""A small village inside a cluster of the town: one right object of each kind."""

from __future__ import annotations

import copy
from typing import Any

from simulator.cloud import Cloud
from tests.simulator import town as t

CLUSTER = f"projects/{t.PROJECT}/locations/{t.REGION}/clusters/main"
SETTINGS = {"clusterIdentifier": CLUSTER, "enableConfigMapMutable": "true", "enableSecretMutable": "true"}
OWN = {"clusterIdentifier": "own"}
GATEWAY_API, GKE, GMP = "gateway.networking.k8s.io/v1", "networking.gke.io/v1", "monitoring.googleapis.com/v1"
RBAC = "rbac.authorization.k8s.io/v1"

NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SERVICE = "kubernetes:core/v1:Service"
POD = "kubernetes:core/v1:Pod"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL = "kubernetes:apps/v1:StatefulSet"
DAEMONS = "kubernetes:apps/v1:DaemonSet"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROLE = f"kubernetes:{RBAC}:Role"
BINDING = f"kubernetes:{RBAC}:RoleBinding"
CLUSTER_ROLE = f"kubernetes:{RBAC}:ClusterRole"
CLUSTER_BINDING = f"kubernetes:{RBAC}:ClusterRoleBinding"
STORAGE = "kubernetes:storage.k8s.io/v1:StorageClass"
PRIORITY = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
GATEWAY = f"kubernetes:{GATEWAY_API}:Gateway"
ROUTE = f"kubernetes:{GATEWAY_API}:HTTPRoute"
GRANT = "kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant"
HEALTH = f"kubernetes:{GKE}:HealthCheckPolicy"
BACKEND = f"kubernetes:{GKE}:GCPBackendPolicy"
ENTRANCE = f"kubernetes:{GKE}:GCPGatewayPolicy"
SCRAPE = f"kubernetes:{GMP}:PodMonitoring"
CLUSTER_SCRAPE = f"kubernetes:{GMP}:ClusterPodMonitoring"
ALERTS = f"kubernetes:{GMP}:Rules"
CLUSTER_ALERTS = f"kubernetes:{GMP}:ClusterRules"

_SAFE = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
    "capabilities": {"drop": ["ALL"]},
}
_CONTAINER = {
    "name": "api",
    "image": f"registry.example.com/api@sha256:{'5e' * 32}",
    "securityContext": _SAFE,
    "ports": [{"containerPort": 8000, "name": "http"}],
    "resources": {"requests": {"cpu": "250m"}, "limits": {"cpu": "250m"}},
    "lifecycle": {"preStop": {"sleep": {"seconds": 20}}},
    "envFrom": [{"configMapRef": {"name": "settings"}}],
    "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "TOKEN"}}}],
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
}
_PODS = {
    "serviceAccountName": "api",
    "containers": [_CONTAINER],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
}
_LABELS = {"app": "api", "app.kubernetes.io/part-of": "system"}
_TEMPLATE = {"metadata": {"labels": _LABELS}, "spec": _PODS}
_SERVES = {"selector": {"matchLabels": {"app": "api"}}, "template": _TEMPLATE}
_ENDS = {"template": {"metadata": {"labels": {"app": "task"}}, "spec": {**_PODS, "restartPolicy": "Never"}}}
_TARGET = {"group": "", "kind": "Service", "name": "api"}
_SCRAPES = {
    "selector": {"matchLabels": {"app": "api"}},
    "endpoints": [
        {
            "port": "http",
            "interval": "30s",
            "authorization": {"credentials": {"secret": {"name": "keys", "key": "TOKEN"}}},
        }
    ],
}
_RULES = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["keys"], "verbs": ["get"]}]
_ACCOUNT = [{"kind": "ServiceAccount", "name": "collector", "namespace": "gmp-system"}]


def _object(name: str, namespace: str | None = "app", **content: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"metadata": {**metadata, **content.pop("metadata", {})}, **content}


_CONTENT: dict[str, dict[str, Any]] = {
    NAMESPACE: _object(
        "app", None, metadata={"labels": {"pod-security.kubernetes.io/enforce": "restricted", "team": "ai"}}
    ),
    CONFIG_MAP: _object("settings", data={"LEVEL": "info"}),
    SECRET: _object("keys", stringData={"TOKEN": "a-token-0001"}),
    ACCOUNT: _object(
        "api",
        metadata={
            "annotations": {
                "iam.gke.io/gcp-service-account": f"api-account@{t.PROJECT}.iam.gserviceaccount.com"
            }
        },
    ),
    QUOTA: _object("quota", spec={"hard": {"pods": "20"}}),
    LIMITS: _object("limits", spec={"limits": [{"type": "Container", "max": {"cpu": "4"}}]}),
    STORAGE: _object("fast", None, provisioner="pd.csi.storage.gke.io", parameters={"type": "pd-ssd"}),
    PRIORITY: _object("high", None, value=1000),
    CLAIM: _object(
        "data",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
    ),
    SERVICE: _object(
        "api", spec={"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8000, "name": "http"}]}
    ),
    POLICY: _object(
        "api",
        spec={
            "podSelector": {"matchLabels": {"app": "api"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": "35.191.0.0/16"}}], "ports": [{"port": 8000}]}],
        },
    ),
    DEPLOYMENT: _object(
        "api", spec={**_SERVES, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}
    ),
    STATEFUL: _object("store", spec={**_SERVES, "serviceName": "api"}),
    DAEMONS: _object("agent", spec=_SERVES),
    POD: _object("single", spec=_PODS),
    JOB: _object("task", spec=_ENDS),
    CRON_JOB: _object("sync", spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": _ENDS}}),
    SCALER: _object(
        "api",
        spec={
            "minReplicas": 3,
            "maxReplicas": 10,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"},
        },
    ),
    BUDGET: _object("api", spec={"maxUnavailable": 1, "selector": {"matchLabels": {"app": "api"}}}),
    ROLE: _object("reads-keys", rules=_RULES),
    BINDING: _object(
        "reads-keys",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reads-keys"},
        subjects=_ACCOUNT,
    ),
    CLUSTER_ROLE: _object("reads-all", None, rules=_RULES),
    CLUSTER_BINDING: _object(
        "reads-all",
        None,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reads-all"},
        subjects=_ACCOUNT,
    ),
    GATEWAY: _object(
        "public",
        metadata={"annotations": {"networking.gke.io/certmap": "map"}},
        spec={
            "gatewayClassName": "gke-l7-global-external-managed",
            "addresses": [{"type": "NamedAddress", "value": "services"}],
            "listeners": [
                {
                    "name": "https",
                    "port": 443,
                    "protocol": "HTTPS",
                    "hostname": "*.example.com",
                    "allowedRoutes": {
                        "namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "ai"}}}
                    },
                }
            ],
        },
    ),
    ROUTE: _object(
        "api",
        spec={
            "parentRefs": [{"name": "public", "sectionName": "https"}],
            "hostnames": ["api.example.com"],
            "rules": [{"backendRefs": [{"name": "api", "port": 80, "weight": 100}]}],
        },
    ),
    GRANT: _object("routes", spec={"from": [{"namespace": "app"}], "to": [{"kind": "Service"}]}),
    HEALTH: _object("api", spec={"default": {}, "targetRef": _TARGET}),
    BACKEND: _object(
        "api", spec={"default": {"timeoutSec": 600, "securityPolicy": "armor"}, "targetRef": _TARGET}
    ),
    ENTRANCE: _object("public", spec={"targetRef": {"kind": "Gateway", "name": "public"}}),
    SCRAPE: _object("api", spec=_SCRAPES),
    CLUSTER_SCRAPE: _object("all", None, spec=_SCRAPES),
    ALERTS: _object("api", spec={"groups": []}),
    CLUSTER_ALERTS: _object("all", None, spec={"groups": []}),
}


def _typed(token: str, content: dict[str, Any]) -> dict[str, Any]:
    _, module, kind = token.split(":")
    return {"apiVersion": module.removeprefix("core/"), "kind": kind, **copy.deepcopy(content)}


RIGHT: dict[str, dict[str, Any]] = {token: _typed(token, content) for token, content in _CONTENT.items()}
"""One right object of each kind, in an order in which they can be made."""


def village(*, until: str | None = None) -> Cloud:
    """A cluster with one right object of each kind, or of each before `until`."""
    cloud = t.town().through(SETTINGS)
    for token, inputs in RIGHT.items():
        if token == until:
            break
        t.make(cloud, token, inputs)
    return cloud
