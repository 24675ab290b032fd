"""The settings of clusters."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from components.kubernetes.cluster_access import GOOGLE_IDENTIFIER
from services.settings import Cidr, Model

ClusterName = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$")]
Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

_OF_ONE_MADE_HERE = {"nodes_cidr", "pods_cidr", "services_cidr", "release_channel", "maintenance"}


class MaintenanceSettings(Model):
    """When Google may maintain a cluster: 48 hours in every 32 days, in windows of 4 or more."""

    days: tuple[Day, ...] = Field(
        default=("SA", "SU"), description="Days a window begins on.", examples=["[SA, SU]"]
    )
    hour: int = Field(default=3, ge=0, le=23, description="When it begins, UTC.")
    hours: int = Field(default=6, ge=4, le=24, description="How long it is open.")


class ExistingSettings(Model):
    """A cluster that somebody else made: one of GKE by its identifier, any other by a kubeconfig."""

    identifier: str | None = Field(
        default=None,
        pattern=rf"^{GOOGLE_IDENTIFIER.pattern}$",
        description="A GKE cluster of the project; without one, secret kubernetes:NAME-kubeconfig.",
        examples=["projects/acme-prod/locations/europe-west1/clusters/shared"],
    )
    other_network: bool = Field(
        default=False,
        description="A GKE cluster in a network of its own: its pods reach no store that is made here.",
    )
    node_service_account: str | None = Field(
        default=None,
        pattern=r"^[^@\s]+@[^@\s]+\.gserviceaccount\.com$",
        description="Account of a GKE cluster's nodes, which then may pull from the stack's registries.",
        examples=["nodes@acme-prod.iam.gserviceaccount.com"],
    )
    gateway_class: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        description="Class of its gateways, with a kubeconfig alone.",
        examples=["istio"],
    )
    tls_secret: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        description="NAMESPACE/NAME of the secret with the certificate, with a kubeconfig alone.",
        examples=["certificates/acme-com"],
    )
    balancer_ranges: tuple[Cidr, ...] = Field(
        default=(),
        description="Where its gateways' requests come from, with a kubeconfig alone.",
        examples=["[10.0.0.0/16]"],
    )
    gateway_address: str | None = Field(
        default=None,
        pattern=r"^\d{1,3}(\.\d{1,3}){3}$",
        description="Public address of its gateways, for the DNS records, with a kubeconfig alone.",
        examples=["203.0.113.10"],
    )

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        foreign = {
            "gateway_class",
            "tls_secret",
            "balancer_ranges",
            "gateway_address",
        } & self.model_fields_set
        if self.identifier and foreign:
            raise ValueError(
                f"{', '.join(sorted(foreign))}: GKE has its own; take out, or take out identifier"
            )
        if not self.identifier and (self.node_service_account or self.other_network):
            raise ValueError(
                "node_service_account and other_network belong to a GKE cluster; write its identifier"
            )
        for name in ("gateway_class", "tls_secret", "balancer_ranges"):
            if not self.identifier and not getattr(self, name):
                raise ValueError(f"without identifier, a GKE cluster's, {name} is needed; write {name}")
        return self


class ClusterSettings(Model):
    """A cluster: one of GKE that is made here, or an existing one."""

    region: str | None = Field(
        default=None,
        pattern=r"^[a-z]+-[a-z]+\d+$",
        description="Its region, the stack's without one; where it is elsewhere, the nearest. For life.",
        examples=["us-central1"],
    )
    nodes_cidr: Cidr = Field(
        default="10.30.0.0/22", description="Addresses of nodes, /24 or larger; only ever larger."
    )
    pods_cidr: Cidr = Field(
        default="10.40.0.0/16", description="Addresses of pods, /19 or larger, 64 a node. For life."
    )
    services_cidr: Cidr = Field(
        default="10.31.0.0/20", description="Addresses of Services, /24 or larger. For life."
    )
    release_channel: Literal["RAPID", "REGULAR", "STABLE", "EXTENDED"] = Field(
        default="REGULAR", description="How soon new versions of Kubernetes come."
    )
    maintenance: MaintenanceSettings = MaintenanceSettings()
    existing: ExistingSettings | None = Field(
        default=None, description="A cluster that somebody else made; without it one is made here."
    )

    @model_validator(mode="after")
    def _is_made_once(self) -> Self:
        if self.existing is None:
            return self
        if foreign := sorted(_OF_ONE_MADE_HERE & self.model_fields_set):
            raise ValueError(f"{', '.join(foreign)}: belongs to a cluster that is made here; take it out")
        if self.region and self.existing.identifier:
            raise ValueError("region: follows from existing.identifier; take it out")
        return self

    @property
    def reaches_the_network(self) -> bool:
        """Whether its pods reach what has an address in the stack's network, databases above all."""
        return self.existing is None or bool(self.existing.identifier and not self.existing.other_network)

    def region_in(self, region: str) -> str:
        """Its region, in a stack of `region`."""
        identifier = self.existing.identifier if self.existing else None
        if identifier and (parts := GOOGLE_IDENTIFIER.fullmatch(identifier)):
            # A cluster of one zone is in that zone's region.
            return "-".join(parts["location"].split("-")[:2])
        return self.region or region


class KubernetesSettings(Model):
    """The clusters that systems run in."""

    clusters: dict[ClusterName, ClusterSettings] = Field(
        min_length=1,
        description="Each cluster by a short name; {main: {}} is one in the stack's region.",
        examples=["{main: {}}"],
    )
