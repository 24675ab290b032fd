"""What the server fills in: an object's own marks, its defaults, and the state that it comes to."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from simulator.rules.common import GLOBAL_ADDRESS, public_address
from simulator.rules.kubernetes import objects as k
from simulator.rules.model import MADE_AT, Request

_SERVICES = ipaddress.IPv4Network("34.118.224.0/20")
_MANAGER = "pulumi-kubernetes"

State = Callable[[Request], Mapping[str, Any]]


def state_of(more: State | None = None, *, namespaced: bool) -> State:
    """What the server adds to every object, and `more`."""

    def computed(asked: Request) -> Mapping[str, Any]:
        metadata = dict(asked.inputs.get("metadata") or {})
        metadata |= {
            "name": k.name_of(asked),
            "creationTimestamp": MADE_AT,
            "generation": 1,
            "resourceVersion": asked.number("version", asked.inputs, digits=6),
            "uid": _uid(asked),
        }
        if namespaced:
            metadata["namespace"] = k.namespace_of(asked)
        whole = {
            "metadata": metadata,
            "__fieldManager": _MANAGER,
            "__initialApiVersion": asked.inputs.get("apiVersion"),
        }
        return {**whole, **(more(asked) if more else {})}

    return computed


def _uid(asked: Request) -> str:
    digits = asked.digest("uid", length=32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def secret(asked: Request) -> Mapping[str, Any]:
    """Everything in base64; what was given as plain text is not kept beside it."""
    given = {
        key: base64.b64encode(str(value).encode()).decode()
        for key, value in (asked.inputs.get("stringData") or {}).items()
    }
    data = {**(asked.inputs.get("data") or {}), **given}
    return {"data": data, "stringData": None, "type": asked.get("type") or "Opaque"}


def service(asked: Request) -> Mapping[str, Any]:
    """The Service's own address, unless it is headless."""
    spec = dict(asked.inputs.get("spec") or {})
    number = int(asked.digest("address"), 16) % (_SERVICES.num_addresses - 20)
    address = spec.get("clusterIP") or str(_SERVICES[16 + number])
    filled = {"type": "ClusterIP", "sessionAffinity": "None", **spec, "clusterIP": address}
    return {"spec": {**filled, "clusterIPs": [address]}, "status": {"loadBalancer": {}}}


def deployment(asked: Request) -> Mapping[str, Any]:
    """As many replicas as it asks for, all of them ready."""
    spec = dict(asked.inputs.get("spec") or {})
    replicas = spec.get("replicas", 1)
    status = {
        "observedGeneration": 1,
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
        "conditions": [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "True"}],
    }
    return {"spec": {**spec, "replicas": replicas}, "status": status}


def job(_: Request) -> Mapping[str, Any]:
    """Run to its end."""
    return {"status": {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}}


def namespace(_: Request) -> Mapping[str, Any]:
    """In use at once."""
    return {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def gateway(asked: Request) -> Mapping[str, Any]:
    """The address that it was given by name, else one of its own."""
    named = [one.get("value") for one in asked.get("spec.addresses") or () if one.get("value")]
    reserved = asked.world.find(named[0], GLOBAL_ADDRESS) if named else None
    address = reserved.get("address") if reserved else public_address(asked)
    conditions = [{"type": "Accepted", "status": "True"}, {"type": "Programmed", "status": "True"}]
    return {"status": {"addresses": [{"type": "IPAddress", "value": address}], "conditions": conditions}}


def autoscaler(_: Request) -> Mapping[str, Any]:
    """Nothing to scale yet."""
    return {"status": {"desiredReplicas": 0, "currentReplicas": 0}}
