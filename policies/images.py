"""An image that is not named by its digest: what runs would not be what was looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.model import Problem, Resource
from policies.pod_templates import pod_template
from simulator.paths import UNKNOWN, values_at

_CLOUD_RUN = {
    "gcp:cloudrunv2/service:Service": "template.containers[].image",
    "gcp:cloudrunv2/job:Job": "template.template.containers[].image",
    "gcp:cloudrunv2/workerPool:WorkerPool": "template.containers[].image",
}
_MACHINES = {
    "gcp:compute/instance:Instance",
    "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
}
_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
_REFERENCE = re.compile(
    r"\b(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io|docker\.io|ghcr\.io|quay\.io|registry\.k8s\.io)"
    r"/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?"
)
_MEND = "name it as IMAGE@sha256:…; a tag may be another image tomorrow"


def image_without_digest(resource: Resource) -> Iterator[Problem]:
    """A container of Cloud Run, of a pod or on a machine whose image is named by a tag."""
    for image in _images(resource):
        if image != UNKNOWN and not _DIGEST.fullmatch(image):
            yield Problem(f"the image {image} is not named by its digest", _MEND)


def _images(resource: Resource) -> Iterator[str]:
    if resource.type in _CLOUD_RUN:
        yield from (str(image) for _, image in values_at(resource.properties, _CLOUD_RUN[resource.type]))
    if resource.type in _MACHINES:
        for _, metadata in values_at(resource.properties, "metadata"):
            text = "\n".join(str(value) for value in metadata.values()) if isinstance(metadata, dict) else ""
            yield from sorted(set(_REFERENCE.findall(text)))
    template = pod_template(resource)
    if template is not None:
        for kind in ("initContainers", "containers"):
            yield from (str(image) for _, image in values_at(template, f"spec.{kind}[].image"))
