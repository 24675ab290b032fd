"""What the containers of a Cloud Run revision may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.paths import UNKNOWN
from simulator.rules.model import Refusal

_RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
_HOSTS = re.compile(r"([a-z0-9-]+\.)?gcr\.io|([a-z0-9-]+-)?docker\.pkg\.dev|docker\.io")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|K|M|G)?")
_UNITS = {
    None: 2**-20,
    "Ki": 2**-10,
    "K": 10**3 / 2**20,
    "Mi": 1,
    "M": 10**6 / 2**20,
    "Gi": 2**10,
    "G": 10**9 / 2**20,
}
_WHOLE_PROCESSORS = (1, 2, 4, 6, 8)
_LEAST_MEMORY = {4: 2048, 6: 4096, 8: 4096}
_MOST_MEMORY = {1: 4096, 2: 8192, 4: 16384, 6: 24576, 8: 32768}
_LONGEST_STARTUP = 240


def container_refusals(template: Mapping[str, Any]) -> Iterator[Refusal]:
    """What is wrong with the containers of `template`."""
    containers = template.get("containers")
    if not isinstance(containers, list) or not containers:
        yield "template.containers", "is required; a revision has at least one container"
        return
    yield from _ports(containers)
    volumes = {volume.get("name") for volume in template.get("volumes") or ()}
    names = {container.get("name") for container in containers}
    for number, container in enumerate(containers):
        at = f"template.containers[{number}]"
        yield from _image(container.get("image"), f"{at}.image")
        yield from _variables(container, at)
        yield from _mounts(container, at, volumes)
        yield from _resources(container.get("resources"), template, f"{at}.resources")
        yield from _probes(container, at)
        for other in container.get("dependsOns") or ():
            if other != UNKNOWN and other not in names:
                yield f"{at}.dependsOns", f"{other!r} is no container of this revision"


def _ports(containers: list[Any]) -> Iterator[Refusal]:
    """Requests go to one container: the only one, or the only one with a port."""
    having = [number for number, container in enumerate(containers) if container.get("ports")]
    if len(containers) > 1 and len(having) != 1:
        yield "template.containers", f"{len(having)} of them have a port; exactly one serves the requests"
    for number in having:
        port = containers[number]["ports"]
        value = port.get("containerPort") if isinstance(port, Mapping) else None
        if isinstance(value, int) and not 0 < value < 65536:
            yield f"template.containers[{number}].ports.containerPort", f"{value} is no port; use 1 to 65535"


def _image(image: object, at: str) -> Iterator[Refusal]:
    if not isinstance(image, str) or image == UNKNOWN:
        return
    host, _, rest = image.partition("/")
    if rest and ("." in host or ":" in host) and not _HOSTS.fullmatch(host):
        yield at, f"{host} is no registry that Cloud Run pulls from; mirror it through Artifact Registry"
    if "@" in image and not re.search(r"@sha256:[0-9a-f]{64}$", image):
        yield at, f"{image!r} has no valid digest; use @sha256: and 64 digits"


def _variables(container: Mapping[str, Any], at: str) -> Iterator[Refusal]:
    seen: set[str] = set()
    for number, variable in enumerate(container.get("envs") or ()):
        name, path = variable.get("name"), f"{at}.envs[{number}]"
        if name in _RESERVED:
            yield f"{path}.name", f"{name} is reserved; Cloud Run sets it, PORT from ports.containerPort"
        if name in seen:
            yield f"{path}.name", f"{name} is given twice; give it once"
        seen.add(name)
        if "value" in variable and "valueSource" in variable:
            yield f"{path}.value", f"{name} has a value and a source; give one of them"
        value = variable.get("value")
        if isinstance(value, str) and len(value.encode()) > 32768:
            yield f"{path}.value", f"{name} is longer than 32768 bytes; mount a file instead"


def _mounts(container: Mapping[str, Any], at: str, volumes: set[Any]) -> Iterator[Refusal]:
    paths: set[str] = set()
    for number, mount in enumerate(container.get("volumeMounts") or ()):
        name, where, path = mount.get("name"), mount.get("mountPath"), f"{at}.volumeMounts[{number}]"
        if name not in volumes:
            yield f"{path}.name", f"{name!r} is no volume of this revision"
        if isinstance(where, str) and where != UNKNOWN and (not where.startswith("/") or ":" in where):
            yield f"{path}.mountPath", f"{where!r} has the wrong form; use an absolute path without a colon"
        if where in paths:
            yield f"{path}.mountPath", f"{where!r} is mounted twice"
        paths.add(str(where))


def _resources(resources: object, template: Mapping[str, Any], at: str) -> Iterator[Refusal]:
    limits = resources.get("limits") if isinstance(resources, Mapping) else None
    if not isinstance(limits, Mapping) or UNKNOWN in limits.values():
        return
    processors = _processors(limits.get("cpu", "1"))
    memory = _megabytes(limits.get("memory", "512Mi"))
    if processors is None or memory is None:
        yield f"{at}.limits", f"{dict(limits)} has the wrong form; use cpu like 2 or 500m, memory like 1Gi"
        return
    if processors not in _WHOLE_PROCESSORS and not 0.08 <= processors < 1:
        yield f"{at}.limits.cpu", f"{limits.get('cpu')} is not possible; use 1, 2, 4, 6, 8 or less than 1"
        return
    least, most = _LEAST_MEMORY.get(int(processors), 128), _MOST_MEMORY.get(int(processors), 1024)
    if not least <= memory <= most:
        yield (
            f"{at}.limits.memory",
            f"{limits.get('memory')} doesn't go with this cpu; use {least}Mi to {most}Mi",
        )
    yield from _small_processor(processors, template, resources if isinstance(resources, Mapping) else {}, at)


def _small_processor(
    processors: float, template: Mapping[str, Any], resources: Mapping[str, Any], at: str
) -> Iterator[Refusal]:
    """Less than one processor serves one request at a time, and only while it serves it."""
    if processors >= 1:
        return
    ingress = len(template.get("containers") or ()) == 1
    if ingress and template.get("maxInstanceRequestConcurrency", 1) > 1:
        yield f"{at}.limits.cpu", "less than 1 needs maxInstanceRequestConcurrency 1"
    if ingress and resources.get("cpuIdle") is False:
        yield f"{at}.limits.cpu", "less than 1 can't be always allocated; use 1 or cpuIdle true"


def _processors(text: object) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", str(text))
    return (float(found[1]) / (1000 if found[2] else 1)) if found else None


def _megabytes(text: object) -> float | None:
    found = _MEMORY.fullmatch(str(text))
    return float(found[1]) * _UNITS[found[2]] if found else None


def _probes(container: Mapping[str, Any], at: str) -> Iterator[Refusal]:
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        probe, path = container.get(kind), f"{at}.{kind}"
        if not isinstance(probe, Mapping):
            continue
        if sum(name in probe for name in ("httpGet", "tcpSocket", "grpc")) != 1:
            yield path, "give exactly one of httpGet, tcpSocket and grpc"
        most = _LONGEST_STARTUP if kind == "startupProbe" else 3600
        period, timeout = probe.get("periodSeconds", 10), probe.get("timeoutSeconds", 1)
        if not 1 <= period <= most:
            yield f"{path}.periodSeconds", f"{period} is out of range; use 1 to {most}"
        if not 1 <= timeout <= period:
            yield f"{path}.timeoutSeconds", f"{timeout} is out of range; use 1 to periodSeconds, {period}"
        if not 0 <= probe.get("initialDelaySeconds", 0) <= most:
            yield f"{path}.initialDelaySeconds", f"is out of range; use 0 to {most}"
        if probe.get("failureThreshold", 3) < 1:
            yield f"{path}.failureThreshold", "must be at least 1"
