"""The answer to plain HTTP at a load balancer's address: the same address with HTTPS.

Owns the rule for port 80 and what it needs. Does not own the address.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment
from components.serverless_backend import COMPUTE_API, LOAD_BALANCING_SCHEME


@dataclass(frozen=True, kw_only=True)
class HttpsRedirectArgs:
    """Where plain HTTP is answered.

    Attributes:
        environment: where it lives.
        address: the load balancer's public address.
    """

    environment: Environment
    address: Input[str]


class HttpsRedirect(ComponentResource):
    """A permanent redirect from HTTP to HTTPS."""

    def __init__(self, name: str, args: HttpsRedirectArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:HttpsRedirect", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(COMPUTE_API)
        self._physical_name = args.environment.physical_name(name)

        self._answer(self._create_proxy(self._redirect()))
        self.register_outputs({})

    def _redirect(self) -> compute.URLMap:
        return compute.URLMap(
            self._name,
            name=self._physical_name,
            project=self._project,
            default_url_redirect=compute.URLMapDefaultUrlRedirectArgs(
                https_redirect=True,
                strip_query=False,
                redirect_response_code="MOVED_PERMANENTLY_DEFAULT",
            ),
            opts=ResourceOptions(parent=self),
        )

    def _create_proxy(self, redirect: compute.URLMap) -> compute.TargetHttpProxy:
        return compute.TargetHttpProxy(
            self._name,
            name=self._physical_name,
            project=self._project,
            url_map=redirect.id,
            opts=ResourceOptions(parent=self),
        )

    def _answer(self, proxy: compute.TargetHttpProxy) -> compute.GlobalForwardingRule:
        return compute.GlobalForwardingRule(
            self._name,
            name=self._physical_name,
            project=self._project,
            load_balancing_scheme=LOAD_BALANCING_SCHEME,
            ip_address=self._args.address,
            port_range="80",
            target=proxy.id,
            opts=ResourceOptions(parent=self),
        )
