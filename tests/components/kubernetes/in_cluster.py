"""A namespace for the tests of what lives in one, and Kubernetes' own verdict on what they plan."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import ComponentResource, Output

from components.environment import Environment
from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.configuration import Configuration, ConfigurationArgs
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.pod import PodContainer, usual_probes
from components.secret import Given, Secret, SecretArgs
from simulator.in_process import Plan, PlannedResource, plan
from simulator.values import opened
from tests.components.environments import environment

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"

IMAGE = f"europe-west1-docker.pkg.dev/acme-prod/ai/api@sha256:{'a' * 64}"
OTHER_IMAGE = f"europe-west1-docker.pkg.dev/acme-prod/ai/api@sha256:{'b' * 64}"
GOOGLE = GoogleFacts(workload_pool="acme-prod.svc.id.goog")
NAMESPACE = "ai-prod-systems"
CLUSTER = "projects/acme-prod/locations/europe-west1/clusters/main"


class Team(ComponentResource):
    """What a service has around its workloads: a namespace, an identity, and whatever it configures."""

    environment: Environment
    cluster: Cluster
    namespace: Output[str]
    identity: WorkloadIdentity

    def __init__(self, cluster: Cluster) -> None:
        super().__init__("test:index:Team", "team")
        self.environment, self.cluster = environment(), cluster
        self.namespace = Namespace(
            "systems",
            NamespaceArgs(environment=self.environment, cluster=cluster, name="systems"),
            cluster.options(self),
        ).name
        self.identity = WorkloadIdentity(
            "api-main",
            WorkloadIdentityArgs(
                environment=self.environment,
                cluster=cluster,
                namespace=self.namespace,
                name="api",
                display_name="The API",
            ),
            cluster.options(self),
        )

    @property
    def place(self) -> dict[str, Any]:
        """The arguments that every workload takes."""
        return {
            "environment": self.environment,
            "cluster": self.cluster,
            "namespace": self.namespace,
            "identity": self.identity,
            "part_of": "system",
        }

    def configuration(self, name: str, **data: str) -> Configuration:
        """A ConfigMap."""
        args = ConfigurationArgs(namespace=self.namespace, name=name, data=data)
        return Configuration(f"{name}-main", args, self.cluster.options(self))

    def secret(self, name: str, **values: str) -> MirroredSecret:
        """A Kubernetes Secret whose values are in Secret Manager."""
        secrets = {key: self.kept(f"{name}-{key.lower()}", value).ref for key, value in values.items()}
        args = MirroredSecretArgs(
            environment=self.environment, namespace=self.namespace, name=name, secrets=secrets
        )
        return MirroredSecret(f"{name}-main", args, self.cluster.options(self))

    def kept(self, name: str, value: str) -> Secret:
        """A secret in Secret Manager."""
        source = Given(value=Output.secret(value))
        args = SecretArgs(environment=self.environment, source=source)
        return Secret(name.replace("_", "-"), args, pulumi.ResourceOptions(parent=self))


def planned(build: Callable[[Team], object], *, google: bool = True, existing: Iterable[str] = ()) -> Plan:
    """What `build` makes in a cluster of Google's, or in somebody else's."""

    def program() -> None:
        provider = kubernetes.Provider("main", cluster_identifier=CLUSTER if google else "own")
        facts = GOOGLE if google else None
        build(Team(Cluster(name="main", region="europe-west1", provider=provider, google=facts)))

    return plan(program, existing=[CLUSTER, *existing])


def container(**changed: Any) -> PodContainer:
    """A container that serves on port 8000."""
    usual: dict[str, Any] = {"name": "api", "image": IMAGE, "port": 8000, **usual_probes(8000, "/")}
    return PodContainer(**usual | changed)


def task(**changed: Any) -> PodContainer:
    """A container that does something and ends."""
    usual: dict[str, Any] = {"name": "task", "image": IMAGE, "command": ["python", "-m", "task"]}
    return PodContainer(**usual | changed)


def pod_of(resource: PlannedResource) -> Mapping[str, Any]:
    """The template of a workload's pods."""
    spec = opened(resource.inputs)["spec"]
    return spec["jobTemplate"]["spec"]["template"] if "jobTemplate" in spec else spec["template"]


def manifests(found: Plan) -> list[dict[str, Any]]:
    """Every object in the cluster, as the API server would be given it."""
    return [opened(one.inputs) for one in found.resources if one.type.startswith("kubernetes:")]


def verdict(objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """What Kubernetes' own validation finds, a line a finding; skips the test where the tool is not there."""
    tool = shutil.which("kubernetes-verify")
    if tool is None:
        pytest.skip("kubernetes-verify, which holds Kubernetes' own validation, is not on PATH")
    text = "\n---\n".join(json.dumps(one) for one in objects)
    # The kinds that a cluster learns stand beside the folder of the tool.
    definitions = str(Path(tool).resolve().parent.parent / "crds")
    done = subprocess.run(
        [tool, "-crds", definitions, "-"], input=text, capture_output=True, text=True, check=False
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()] if done.returncode else []
