"""The public record of a host: one address, or the nearest of several.

Owns the record. Does not own the zone, nor the addresses. Several addresses are one record with a place for
each, so that a client is told the address of the region nearest to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import dns

from components.environment import Environment

DNS_API = "dns.googleapis.com"
_RECORD_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class PublicRecordArgs:
    """What the record says.

    Attributes:
        environment: where it lives.
        zone: Cloud DNS zone that gets it.
        host: the host's name.
        addresses: region to the addresses there; one region alone is a plain record.
    """

    environment: Environment
    zone: str
    host: str
    addresses: Mapping[str, Sequence[Input[str]]]

    def __post_init__(self) -> None:
        if not any(self.addresses.values()):
            raise ValueError(f"{self.host} has no address; write addresses={{'europe-west1': ['…']}}")


class PublicRecord(ComponentResource):
    """A host that can be found.

    Attributes:
        host: the host's name, once the record is there.
    """

    host: Output[str]

    def __init__(self, name: str, args: PublicRecordArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:PublicRecord", name, None, opts)
        self._name, self._args = name, args

        record = self._create()
        self.host = record.name.apply(lambda known: known.rstrip("."))
        self.register_outputs({"host": self.host})

    def _create(self) -> dns.RecordSet:
        args = self._args
        regions = sorted(region for region, addresses in args.addresses.items() if addresses)
        plain = len(regions) == 1
        return dns.RecordSet(
            self._name,
            project=args.environment.project_using(DNS_API),
            managed_zone=args.zone,
            name=f"{args.host}.",
            type="A",
            ttl=_RECORD_SECONDS,
            rrdatas=list(args.addresses[regions[0]]) if plain else None,
            routing_policy=None if plain else self._nearest(regions),
            opts=ResourceOptions(parent=self),
        )

    def _nearest(self, regions: Sequence[str]) -> dns.RecordSetRoutingPolicyArgs:
        return dns.RecordSetRoutingPolicyArgs(
            geos=[
                dns.RecordSetRoutingPolicyGeoArgs(location=region, rrdatas=list(self._args.addresses[region]))
                for region in regions
            ]
        )
