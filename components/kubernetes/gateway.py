"""The one way into a cluster from outside: a Gateway with TLS, in a namespace of its own.

Owns that namespace, the address, the Gateway, the TLS versions it speaks, and the route that sends plain HTTP
to HTTPS. Does not own the certificates, nor the routes: each system hangs its own here, from its namespace.

On Google Kubernetes Engine the certificates are those of a map of Certificate Manager; elsewhere one secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi import ComponentResource, CustomTimeouts, Input, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment
from components.kubernetes.cluster import Cluster
from components.kubernetes.custom_object import CustomObject
from components.kubernetes.gateway_listeners import (
    HTTP_LISTENER,
    http_listener,
    https_listener,
    to_https,
)
from components.kubernetes.namespace import STACK_LABEL, Namespace, NamespaceArgs, stack_label
from components.tls_policy import create_tls_policy

COMPUTE_API = "compute.googleapis.com"
_GROUP = "gateway.networking.k8s.io"
GATEWAY_API = f"{_GROUP}/v1"


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """What lets requests in.

    Attributes:
        environment: the stack it belongs to; namespaces of another stack's can't hang routes here.
        cluster: where it is.
        certificate_map: name of the map of certificates, where the gateways are Google's.
        address: its address, where the gateways are not Google's and it is known.
    """

    environment: Environment
    cluster: Cluster
    certificate_map: Input[str] | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        cluster = self.cluster
        if cluster.google and self.certificate_map is None:
            raise ValueError(
                f"the gateway of cluster {cluster.name} has no certificate; write certificate_map=…"
            )
        if not cluster.google and "/" not in (cluster.tls_secret or ""):
            raise ValueError(f"cluster {cluster.name} has no certificate; write tls_secret: NAMESPACE/NAME")


class Gateway(ComponentResource):
    """A gateway that lets HTTPS in.

    Attributes:
        name: the Gateway's name, known once it takes requests.
        namespace: its namespace.
        address: its public IPv4 address, known once it takes requests; empty where nobody said it.
    """

    name: Output[str]
    namespace: Output[str]
    address: Output[str]

    def __init__(self, name: str, args: GatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Gateway", name, None, opts)
        self._name, self._args = name, args
        self._physical_name = args.environment.physical_name(name)
        self._project = args.environment.project_using(COMPUTE_API)

        self.namespace = self._own_namespace().name
        reserved = self._reserve() if args.cluster.google else None
        self.name = self._create(reserved).object_name
        self._redirect()
        if args.cluster.google:
            self._refuse_old_tls()

        address = reserved.address if reserved else (args.address or "")
        self.address = Output.all(address, self.name).apply(lambda known: str(known[0]))
        self.register_outputs({"name": self.name, "namespace": self.namespace, "address": self.address})

    def _own_namespace(self) -> Namespace:
        # Gateways that are not Google's may run their proxies beside themselves, which have to be reached.
        google = self._args.cluster.google is not None
        return Namespace(
            f"{self._name}-namespace",
            NamespaceArgs(
                environment=self._args.environment,
                cluster=self._args.cluster,
                name="gateway",
                pod_security="restricted" if google else "baseline",
                closed=google,
            ),
            ResourceOptions(parent=self),
        )

    def _reserve(self) -> compute.GlobalAddress:
        return compute.GlobalAddress(
            self._name,
            name=self._physical_name,
            project=self._project,
            opts=ResourceOptions(parent=self, protect=self._args.environment.protect),
        )

    def _create(self, reserved: compute.GlobalAddress | None) -> CustomObject:
        annotations: dict[str, Input[str]] = {"pulumi.com/waitFor": "condition=Programmed"}
        own = {STACK_LABEL: stack_label(self._args.environment)}
        spec: dict[str, Any] = {
            "gatewayClassName": self._args.cluster.gateway_class,
            "listeners": [https_listener(own, self._certificate()), http_listener()],
        }
        if reserved is not None:
            spec["addresses"] = [{"type": "NamedAddress", "value": reserved.name}]
        if self._args.cluster.google and self._args.certificate_map is not None:
            annotations["networking.gke.io/certmap"] = self._args.certificate_map
        return CustomObject(
            self._name,
            api_version=GATEWAY_API,
            kind="Gateway",
            metadata={"name": "gateway", "namespace": self.namespace, "annotations": annotations},
            spec=spec,
            # Google takes minutes for a load balancer, and as long to take it down, which has to be awaited:
            # without its cluster, nobody would.
            opts=ResourceOptions(parent=self, custom_timeouts=CustomTimeouts(create="20m", delete="20m")),
        )

    def _certificate(self) -> tuple[str, Output[str]] | None:
        """The secret elsewhere that holds the certificate, known once the Gateway may read it there."""
        if self._args.cluster.google or not self._args.cluster.tls_secret:
            return None
        namespace, _, name = self._args.cluster.tls_secret.partition("/")
        permission = CustomObject(
            f"{self._name}-certificate",
            api_version=f"{_GROUP}/v1beta1",
            kind="ReferenceGrant",
            metadata={"name": self._physical_name, "namespace": namespace},
            spec={
                "from": [{"group": _GROUP, "kind": "Gateway", "namespace": self.namespace}],
                "to": [{"group": "", "kind": "Secret", "name": name}],
            },
            opts=ResourceOptions(parent=self),
        )
        return namespace, permission.object_name.apply(lambda _: name)

    def _redirect(self) -> CustomObject:
        return CustomObject(
            f"{self._name}-redirect",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata={"name": "redirect", "namespace": self.namespace},
            spec={
                "parentRefs": [{"name": self.name, "sectionName": HTTP_LISTENER}],
                "rules": [to_https()],
            },
            opts=ResourceOptions(parent=self),
        )

    def _refuse_old_tls(self) -> CustomObject:
        policy = create_tls_policy(self._name, self._args.environment, self)
        return CustomObject(
            f"{self._name}-tls",
            api_version="networking.gke.io/v1",
            kind="GCPGatewayPolicy",
            metadata={"name": "tls", "namespace": self.namespace},
            spec={
                "default": {"sslPolicy": policy.name},
                "targetRef": {"group": _GROUP, "kind": "Gateway", "name": self.name},
            },
            opts=ResourceOptions(parent=self),
        )
