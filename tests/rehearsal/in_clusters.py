"""A small program with what is particular of clusters: two, the same names in both, a Job, a Secret."""

from __future__ import annotations

import json

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import Output, ResourceOptions
from pulumi_gcp import Provider, container
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

PROJECT = "acme-test"
CONFIG = {"ai-platform:level": "info", "ai-platform:image": "1"}


def program() -> None:
    """Two clusters, and in each a namespace with configuration, a Secret, a Job and a Deployment after it."""
    gcp = ResourceOptions(provider=Provider("gcp", project=PROJECT, region="europe-west1"))
    for name, region in (("main", "europe-west1"), ("us", "us-central1")):
        cluster = container.Cluster(
            name, name=name, location=region, enable_autopilot=True, deletion_protection=False, opts=gcp
        )
        _Inside(name, _provider(name, region, cluster))


def _provider(name: str, region: str, cluster: container.Cluster) -> kubernetes.Provider:
    return kubernetes.Provider(
        f"in-{name}",
        cluster_identifier=f"projects/{PROJECT}/locations/{region}/clusters/{name}",
        kubeconfig=cluster.endpoint.apply(_kubeconfig),
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
    )


def _kubeconfig(endpoint: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": f"https://{endpoint}"}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
            "users": [{"name": "c", "user": {}}],
            "current-context": "c",
        }
    )


class _Inside:
    """What is in one cluster."""

    def __init__(self, cluster: str, provider: kubernetes.Provider) -> None:
        config = pulumi.Config("ai-platform")
        self._cluster, self._options = cluster, ResourceOptions(provider=provider)
        self._image = f"registry.example.com/api@sha256:{config.require('image') * 64}"
        namespace = kubernetes.core.v1.Namespace(
            f"app-{cluster}", metadata={"name": "app"}, opts=self._options
        )
        self._namespace = namespace.metadata.name
        settings = kubernetes.core.v1.ConfigMap(
            f"settings-{cluster}",
            metadata=self._metadata("settings"),
            data={"LEVEL": config.require("level")},
            opts=self._options,
        )
        secret = kubernetes.core.v1.Secret(
            f"secret-{cluster}",
            metadata=self._metadata("secret"),
            string_data={"TOKEN": config.require_secret("marker")},
            opts=self._options,
        )
        migration = self._migration()
        self._deployment(settings.metadata.name, secret.metadata.name, migration.metadata.name)
        pulumi.export(f"{cluster}_address", self._service().spec.cluster_ip)

    def _metadata(self, name: str, **annotations: pulumi.Input[str]) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._namespace, annotations=annotations)

    def _migration(self) -> kubernetes.batch.v1.Job:
        return kubernetes.batch.v1.Job(
            f"migrate-{self._cluster}",
            metadata=self._metadata(f"migrate-{self._image[-8:]}", **{"pulumi.com/replaceUnready": "true"}),
            spec={
                "template": {
                    "spec": {
                        "restart_policy": "Never",
                        "containers": [{"name": "migrate", "image": self._image}],
                    }
                }
            },
            opts=self._options,
        )

    def _deployment(self, settings: Output[str], secret: Output[str], migration: Output[str]) -> None:
        labels = {"app": "api"}
        kubernetes.apps.v1.Deployment(
            f"api-{self._cluster}",
            metadata=self._metadata("api", after=migration),
            spec={
                "selector": {"match_labels": labels},
                "template": {
                    "metadata": {"labels": {**labels, "app.kubernetes.io/part-of": "system"}},
                    "spec": {
                        "containers": [
                            {
                                "name": "api",
                                "image": self._image,
                                "env_from": [
                                    {"config_map_ref": {"name": settings}},
                                    {"secret_ref": {"name": secret}},
                                ],
                            }
                        ]
                    },
                },
            },
            opts=self._options,
        )

    def _service(self) -> kubernetes.core.v1.Service:
        return kubernetes.core.v1.Service(
            f"api-{self._cluster}",
            metadata=self._metadata("api"),
            spec={"selector": {"app": "api"}, "ports": [{"port": 80, "target_port": 8000}]},
            opts=self._options,
        )
