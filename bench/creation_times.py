"""How long the cloud takes to create what the program asks for, with the source of each figure.

Typical times, in seconds, for the order of things and not for a promise: the figures that are told vary by a
factor of two and more. What is not listed takes `OTHERWISE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.in_process import PlannedResource

OTHERWISE = 3.0
"""One call of an API that answers at once, or a short operation: most resources."""


@dataclass(frozen=True)
class CreationTime:
    """The time of a type: its token's beginning, the seconds, and where they are from."""

    type: str
    seconds: float
    source: str


TIMES = (
    CreationTime("random:", 0, "made in Pulumi's own provider"),
    CreationTime("pulumi:providers:", 0, "a provider makes nothing by itself"),
    CreationTime("gcp:projects/service:", 15, "terraform-provider-google's threads: 10 to 60 s"),
    CreationTime("gcp:compute/network:", 17, "terraform-google-sql-db issue 20: 17 s"),
    CreationTime("gcp:compute/subnetwork:", 15, "steampipe-plugin-gcp 597: 10 to 20 s"),
    CreationTime("gcp:compute/globalAddress:", 11, "published deployment logs: 8 to 14 s"),
    CreationTime("gcp:servicenetworking/connection:", 75, "steampipe-plugin-gcp 597: 57 to 90 s"),
    CreationTime("gcp:sql/databaseInstance:", 330, "published logs, dedicated core: median of 4.5 to 18 min"),
    CreationTime("gcp:redis/instance:", 263, "published logs: 4 min 23 s, STANDARD_HA"),
    CreationTime("gcp:container/cluster:", 450, "published logs of Autopilot: 5 to 10 min"),
    CreationTime("gcp:cloudrunv2/service:", 18, "published logs: 18 s"),
    CreationTime("gcp:compute/instance:", 20, "less than a minute, without its boot script"),
    CreationTime("gcp:compute/regionInstanceGroupManager:", 60, "assumed: its machines, side by side"),
    CreationTime("gcp:compute/", 11, "assumed: most of a load balancer's parts"),
    CreationTime("docker:", 120, "assumed: base image, dependencies, push"),
    CreationTime(
        "kubernetes:apps/", 90, "assumed: Autopilot adds a node, the image is pulled, pods are ready"
    ),
    CreationTime("kubernetes:batch/v1:Job", 90, "assumed, as above, and the job's work"),
    CreationTime("kubernetes:gateway.networking.k8s.io/v1:Gateway", 120, "assumed: until it is Programmed"),
    CreationTime("kubernetes:", 1, "one call of the cluster's API"),
)


def creation_seconds(resource: PlannedResource) -> float:
    """How long it takes to make a resource once all that it waits for is there."""
    if not resource.custom:
        return 0
    if resource.type.startswith("time:"):
        waited = re.fullmatch(r"(\d+)s", str(resource.inputs.get("createDuration", "")))
        return float(waited[1]) if waited else 0
    # The first that fits: what is narrower stands before what is wider.
    return next((each.seconds for each in TIMES if resource.type.startswith(each.type)), OTHERWISE)
