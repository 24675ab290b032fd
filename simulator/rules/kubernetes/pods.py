"""What pods need before they can start: what they mount, read and run as, and a way through the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.references import named
from simulator.rules.model import Need, Request, Stored


def pods(asked: Request) -> Iterator[Need]:
    """What pods mount, read and run as."""
    found = k.pod_spec(asked)
    if found is None:
        return
    path, spec = found
    account = spec.get("serviceAccountName")
    if account not in (None, "default"):
        yield from named(asked, f"{path}.serviceAccountName", k.ACCOUNT, account)
    for at, token, name in [*_volumes(path, spec), *_environment(path, spec)]:
        yield from named(asked, at, token, name)
    for at, one in enumerate(spec.get("imagePullSecrets") or ()):
        yield from named(asked, f"{path}.imagePullSecrets[{at}].name", k.SECRET, one.get("name"))


_Found = tuple[str, str, Any]


def _volumes(path: str, spec: Mapping[str, Any]) -> Iterator[_Found]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        at = f"{path}.volumes[{index}]"
        for source in [volume, *((volume.get("projected") or {}).get("sources") or ())]:
            if (config := source.get("configMap")) and not config.get("optional"):
                yield f"{at}.configMap.name", k.CONFIG_MAP, config.get("name")
            if (secret := source.get("secret")) and not secret.get("optional"):
                yield f"{at}.secret.secretName", k.SECRET, secret.get("secretName") or secret.get("name")
        if claim := volume.get("persistentVolumeClaim"):
            yield f"{at}.persistentVolumeClaim.claimName", k.CLAIM, claim.get("claimName")


def _environment(path: str, spec: Mapping[str, Any]) -> Iterator[_Found]:
    kinds = {"configMapRef": k.CONFIG_MAP, "secretRef": k.SECRET}
    keys = {"configMapKeyRef": k.CONFIG_MAP, "secretKeyRef": k.SECRET}
    for at, container in k.containers(path, spec):
        for index, source in enumerate(container.get("envFrom") or ()):
            for name, token in kinds.items():
                if (reference := source.get(name)) and not reference.get("optional"):
                    yield f"{at}.envFrom[{index}].{name}.name", token, reference.get("name")
        for index, variable in enumerate(container.get("env") or ()):
            for name, token in keys.items():
                reference = (variable.get("valueFrom") or {}).get(name)
                if reference and not reference.get("optional"):
                    yield f"{at}.env[{index}].valueFrom.{name}.name", token, reference.get("name")


def keys_missing(asked: Request) -> Iterator[tuple[str, str]]:
    """Each variable that names a key which its ConfigMap or Secret does not have: such a pod never starts."""
    found = k.pod_spec(asked)
    for at, container in k.containers(*found) if found else ():
        for index, variable in enumerate(container.get("env") or ()):
            for name, token in (("configMapKeyRef", k.CONFIG_MAP), ("secretKeyRef", k.SECRET)):
                reference = (variable.get("valueFrom") or {}).get(name) or {}
                source = k.find(asked, token, reference.get("name"))
                if source and not reference.get("optional") and reference.get("key") not in _keys(source):
                    where = f"{at}.env[{index}].valueFrom.{name}.key"
                    yield where, f"{reference.get('key')!r} is not in {reference.get('name')}"


def _keys(source: Stored) -> set[str]:
    return {key for part in ("data", "binaryData", "stringData") for key in source.inputs.get(part) or ()}


def let_through(asked: Request) -> Iterator[Need]:
    """Where a namespace lets nothing through, the policy about these pods: without it they wait in vain."""
    template = k.pod_template(asked)
    labels = (template[1].get("metadata") or {}).get("labels") or {} if template else {}
    about = [
        one for one in k.in_namespace(asked, k.POLICY) if k.selects(one.get("spec.podSelector") or {}, labels)
    ]
    if about:
        own = next((one for one in about if one.get("spec.podSelector")), None)
        reason = (
            "the namespace lets nothing through, and no policy is about these pods yet; make theirs first"
        )
        yield Need(property="metadata.namespace", found=own, reason=reason)
