"""What is wrong with an object by itself: its names and labels, and values that contradict each other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.paths import UNKNOWN
from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.changes import quantity
from simulator.rules.kubernetes.schema import schema_refusals
from simulator.rules.model import Refusal, Request

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SERVICE = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY = rf"({_SUBDOMAIN}/)?[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?"
_LARGEST = 1024 * 1024
_SHORT = frozenset({k.NAMESPACE, k.SERVICE})

Wrong = Callable[[Request], Iterable[Refusal]]


def wrong_of(*more: Wrong) -> Wrong:
    """What is wrong with every object: its form first, and only then what its values mean."""

    def wrong(asked: Request) -> Iterable[Refusal]:
        found = [*schema_refusals(asked), *_metadata(asked)]
        return found or [refusal for each in more for refusal in each(asked)]

    return wrong


def _metadata(asked: Request) -> Iterator[Refusal]:
    metadata = asked.inputs.get("metadata") or {}
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if isinstance(name, str) and name != UNKNOWN:
        limit = 63 if asked.type in _SHORT else 253
        pattern = {k.SERVICE: _SERVICE, k.NAMESPACE: _LABEL}.get(asked.type, _SUBDOMAIN)
        if len(name) > limit:
            yield "metadata.name", f"{name!r} has {len(name)} characters; use at most {limit}"
        elif not re.fullmatch(pattern, name):
            yield "metadata.name", f"{name!r} is no valid name; use lower-case letters, digits and hyphens"
    yield from _labels("metadata.labels", asked.get("metadata.labels") or {})
    template = k.pod_template(asked)
    if template and template[0]:
        labels = (template[1].get("metadata") or {}).get("labels") or {}
        yield from _labels(f"{template[0]}.metadata.labels", labels)


def _labels(path: str, labels: Mapping[str, Any]) -> Iterator[Refusal]:
    for key, value in labels.items():
        if not re.fullmatch(_KEY, key) or len(key.rsplit("/", 1)[-1]) > 63:
            yield f'{path}["{key}"]', f"{key!r} is no key of a label"
        if value != UNKNOWN and (not re.fullmatch(_VALUE, str(value)) or len(str(value)) > 63):
            yield f'{path}["{key}"]', f"{value!r} is no value of a label; use 63 letters, digits, -, _ and ."


def pods_wrong(asked: Request) -> Iterator[Refusal]:
    """Pods that the server refuses: requests above limits, a wait longer than the grace period, no mount."""
    found = k.pod_spec(asked)
    if found is None:
        return
    path, spec = found
    grace = spec.get("terminationGracePeriodSeconds", 30)
    volumes = {one.get("name") for one in spec.get("volumes") or ()}
    for at, container in k.containers(path, spec):
        resources = container.get("resources") or {}
        for name, asked_for in (resources.get("requests") or {}).items():
            limit = (resources.get("limits") or {}).get(name)
            if limit is not None and quantity(asked_for) > quantity(limit):
                yield f"{at}.resources.requests.{name}", f"{asked_for} is more than the limit {limit}"
        wait = (((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep") or {}).get("seconds")
        if isinstance(wait, (int, float)) and isinstance(grace, (int, float)) and wait > grace:
            yield f"{at}.lifecycle.preStop.sleep.seconds", f"{wait} is more than the {grace} s of grace"
        for index, mount in enumerate(container.get("volumeMounts") or ()):
            claimed = {one["metadata"]["name"] for one in asked.get("spec.volumeClaimTemplates") or ()}
            if mount.get("name") not in volumes | claimed:
                yield f"{at}.volumeMounts[{index}].name", f"{mount.get('name')!r} is no volume of the pod"


def selector_wrong(asked: Request) -> Iterator[Refusal]:
    """A selector that does not take the pods of its own object."""
    labels = asked.get("spec.template.metadata.labels") or {}
    selector = asked.get("spec.selector") or {}
    if not selector:
        yield "spec.selector", "is required and empty"
    elif not k.selects(selector, labels):
        yield "spec.selector", "does not take the pods of the template; give both the same labels"


def strategy_wrong(asked: Request) -> Iterator[Refusal]:
    """A rolling update that could never begin."""
    rolling = asked.get("spec.strategy.rollingUpdate") or {}
    if rolling.get("maxSurge") in (0, "0%") and rolling.get("maxUnavailable") in (0, "0%"):
        yield "spec.strategy.rollingUpdate.maxSurge", "and maxUnavailable can't both be 0"


def job_wrong(asked: Request) -> Iterator[Refusal]:
    """A Job's pods end, so that they are not started again for ever."""
    found = k.pod_spec(asked)
    if found and found[1].get("restartPolicy") not in ("Never", "OnFailure"):
        yield f"{found[0]}.restartPolicy", "must be Never or OnFailure in a Job"


def policy_wrong(asked: Request) -> Iterator[Refusal]:
    """Address ranges that are none."""
    paths = [f"spec.{way}[].{peers}[].ipBlock" for way, peers in (("ingress", "from"), ("egress", "to"))]
    for at, block in [found for path in paths for found in asked.every(path)]:
        own = _range(block.get("cidr"))
        if own is None:
            yield f"{at}.cidr", f"{block.get('cidr')!r} is no address range; write one like 10.10.0.0/24"
            continue
        for index, text in enumerate(block.get("except") or ()):
            inner = _range(text)
            if inner is None or inner.version != own.version or not _within(inner, own):
                yield f"{at}.except[{index}]", f"{text!r} is no part of {own}"


def _within(inner: Any, outer: Any) -> bool:
    return inner != outer and inner.subnet_of(outer)


def _range(text: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(str(text))
    except ValueError:
        return None


def disruption_wrong(asked: Request) -> Iterator[Refusal]:
    """A budget says one of the two."""
    if asked.get("spec.minAvailable") is not None and asked.get("spec.maxUnavailable") is not None:
        yield "spec.maxUnavailable", "can't be combined with minAvailable; use one of them"


def scale_wrong(asked: Request) -> Iterator[Refusal]:
    """An autoscaler's least is not above its most."""
    if (asked.get("spec.minReplicas") or 1) > (asked.get("spec.maxReplicas") or 1):
        yield "spec.minReplicas", "is more than maxReplicas"


def size_wrong(asked: Request) -> Iterator[Refusal]:
    """A ConfigMap or Secret holds one MiB."""
    values = [asked.inputs.get(part) or {} for part in ("data", "stringData", "binaryData")]
    size = sum(len(str(value).encode()) for part in values for value in part.values())
    if size > _LARGEST:
        yield "data", f"is {size} bytes long; a ConfigMap or Secret holds {_LARGEST}"


def route_wrong(asked: Request) -> Iterator[Refusal]:
    """What Google's Gateways do not implement, and weights that send nothing anywhere."""
    for at, rule in asked.every("spec.rules[]"):
        if rule.get("timeouts"):
            yield f"{at}.timeouts", "is not implemented by GKE; set timeoutSec in a GCPBackendPolicy"
        backends = rule.get("backendRefs") or ()
        if backends and not sum(one.get("weight", 1) for one in backends):
            yield f"{at}.backendRefs", "have weights that come to 0; every request would fail"


def gateway_wrong(asked: Request) -> Iterator[Refusal]:
    """A certificate map and certificates of its own exclude each other in Google's Gateways."""
    mapped = "networking.gke.io/certmap" in (asked.get("metadata.annotations") or {})
    for at, listener in asked.every("spec.listeners[]"):
        if mapped and listener.get("tls"):
            yield f"{at}.tls", "can't be combined with a certificate map; leave it out"
        if not mapped and listener.get("protocol") == "HTTPS" and not listener.get("tls"):
            yield f"{at}.tls", "is required for HTTPS without a certificate map"
