"""An object of a kind that a cluster learns from a definition: no class of the SDK knows its fields.

Owns how such a thing is made, and how its name is read back. The fields are judged by the definition itself,
when the manifests are tested and when a cluster takes them.
"""

from __future__ import annotations

import pulumi
from pulumi import Output
from pulumi_kubernetes.apiextensions import CustomResource


class CustomObject(CustomResource):
    """An object of such a kind."""

    @property
    def object_name(self) -> Output[str]:
        """Its name in the cluster, known once it is there."""
        metadata: Output[dict[str, str]] = pulumi.get(self, "metadata")
        return metadata.apply(lambda known: known["name"])
