"""The one way into a cluster from outside: a Gateway with TLS, in a namespace of its own.

Owns that namespace, the address, the Gateway, and the route that sends plain HTTP to HTTPS. Does not own the
certificates, nor the routes: each system hangs its own here, from its own namespace.

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
from components.kubernetes.namespace import STACK_LABEL, Namespace, NamespaceArgs, stack_label

COMPUTE_API = "compute.googleapis.com"
GATEWAY_API = "gateway.networking.k8s.io/v1"
HTTPS_LISTENER, _HTTP_LISTENER = "https", "http"


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """What lets requests in.

    Attributes:
        environment: the stack it belongs to; namespaces of another stack's can't hang routes here.
        cluster: where it is.
        certificate_map: name of the map of certificates, where the gateways are Google's.
        tls_policy: name of the policy of TLS versions, likewise.
        address: its address, where the gateways are not Google's and it is known.
    """

    environment: Environment
    cluster: Cluster
    certificate_map: Input[str] | None = None
    tls_policy: Input[str] | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if self.cluster.google and self.certificate_map is None:
            raise ValueError("a gateway of Google's needs certificates; write certificate_map=…")
        if not self.cluster.google and self.cluster.tls_secret is None:
            raise ValueError(
                f"cluster {self.cluster.name} has no certificate; write tls_secret: NAMESPACE/NAME"
            )


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

        self.namespace = self._own_namespace().name
        address = self._reserve() if args.cluster.google else None
        gateway = self._create(address)
        self.name = gateway.object_name
        ready = address.address if address else (args.address or "")
        self.address = Output.all(ready, self.name).apply(lambda known: str(known[0]))
        self._redirect()
        if args.cluster.google and args.tls_policy is not None:
            self._refuse_old_tls(args.tls_policy)
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
        environment = self._args.environment
        return compute.GlobalAddress(
            self._name,
            name=environment.physical_name(self._name),
            project=environment.project_using(COMPUTE_API),
            opts=ResourceOptions(parent=self, protect=environment.protect),
        )

    def _create(self, address: compute.GlobalAddress | None) -> CustomObject:
        annotations: dict[str, Input[str]] = {"pulumi.com/waitFor": "condition=Programmed"}
        spec: dict[str, Any] = {
            "gatewayClassName": self._args.cluster.gateway_class,
            "listeners": [self._https(), self._http()],
        }
        if address is not None:
            spec["addresses"] = [{"type": "NamedAddress", "value": address.name}]
        if self._args.certificate_map is not None:
            annotations["networking.gke.io/certmap"] = self._args.certificate_map
        return CustomObject(
            self._name,
            api_version=GATEWAY_API,
            kind="Gateway",
            metadata={"name": "gateway", "namespace": self.namespace, "annotations": annotations},
            spec=spec,
            opts=ResourceOptions(parent=self, custom_timeouts=CustomTimeouts(create="20m", delete="20m")),
        )

    def _https(self) -> dict[str, Any]:
        own = {"matchLabels": {STACK_LABEL: stack_label(self._args.environment)}}
        listener: dict[str, Any] = {
            "name": HTTPS_LISTENER,
            "port": 443,
            "protocol": "HTTPS",
            "allowedRoutes": {
                "kinds": [{"kind": "HTTPRoute"}],
                "namespaces": {"from": "Selector", "selector": own},
            },
        }
        if self._args.cluster.tls_secret:
            namespace, _, name = self._args.cluster.tls_secret.rpartition("/")
            reference = {"kind": "Secret", "name": name, "namespace": namespace}
            # With a map of certificates there is nothing to say, and saying anything is refused.
            listener["tls"] = {"mode": "Terminate", "certificateRefs": [reference]}
        return listener

    def _http(self) -> dict[str, Any]:
        return {
            "name": _HTTP_LISTENER,
            "port": 80,
            "protocol": "HTTP",
            "allowedRoutes": {"kinds": [{"kind": "HTTPRoute"}], "namespaces": {"from": "Same"}},
        }

    def _redirect(self) -> CustomObject:
        to_https = {
            "type": "RequestRedirect",
            "requestRedirect": {"scheme": "https", "statusCode": 301},
        }
        return CustomObject(
            f"{self._name}-redirect",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata={"name": "redirect", "namespace": self.namespace},
            spec={
                "parentRefs": [{"name": self.name, "sectionName": _HTTP_LISTENER}],
                "rules": [{"filters": [to_https]}],
            },
            opts=ResourceOptions(parent=self),
        )

    def _refuse_old_tls(self, policy: Input[str]) -> CustomObject:
        target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": self.name}
        return CustomObject(
            f"{self._name}-tls",
            api_version="networking.gke.io/v1",
            kind="GCPGatewayPolicy",
            metadata={"name": "tls", "namespace": self.namespace},
            spec={"default": {"sslPolicy": policy}, "targetRef": target},
            opts=ResourceOptions(parent=self),
        )
