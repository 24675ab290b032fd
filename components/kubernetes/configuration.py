"""Plain configuration of a workload: a ConfigMap, and the digest that tells its readers of a change.

Owns the ConfigMap. It keeps its name and is changed in place, which no pod notices by itself: `digest` goes
into the annotations of the pods that read it, so that they and no others are replaced. Holds no secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_kubernetes import core

from components.kubernetes.names import dns_label

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_LARGEST = 1024 * 1024
_DIGEST_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class ConfigurationArgs:
    """What is configured.

    Attributes:
        namespace: the namespace's name.
        name: the ConfigMap's name.
        data: values by key: a variable's name, or a file's. No secret.
    """

    namespace: Input[str]
    name: str
    data: Mapping[str, Input[str]]

    def __post_init__(self) -> None:
        dns_label("ConfigurationArgs.name", self.name)
        check_keys(f"configuration {self.name}", self.data)
        check_size(self.name, self.data)


class Configuration(ComponentResource):
    """A ConfigMap.

    Attributes:
        name: its name, known once it is there.
        digest: changes with its data.
        keys: the keys of its data.
    """

    name: Output[str]
    digest: Output[str]
    keys: frozenset[str]

    def __init__(self, name: str, args: ConfigurationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Configuration", name, None, opts)
        self._name, self._args = name, args
        self.keys = frozenset(args.data)

        config_map = self._config_map()
        self.name = config_map.metadata.name.apply(str)
        self.digest = digest_of(args.data)
        self.register_outputs({"name": self.name, "digest": self.digest})

    def _config_map(self) -> core.v1.ConfigMap:
        return core.v1.ConfigMap(
            self._name,
            metadata={"name": self._args.name, "namespace": self._args.namespace},
            data=self._args.data,
            opts=ResourceOptions(parent=self),
        )


def check_keys(what: str, keys: Iterable[str]) -> None:
    """A ValueError where a key can stand in no ConfigMap and no Secret."""
    if not list(keys):
        raise ValueError(f"{what} is empty; write a value, or leave it out")
    for key in keys:
        if not _KEY.fullmatch(key) or key in (".", ".."):
            raise ValueError(
                f"{what}: {key!r} can't be a key; write letters, digits, dashes, underscores and dots"
            )


def check_size(name: str, data: Mapping[str, Input[str]]) -> None:
    """A ValueError where what is known of `data` is more than a cluster keeps in one object."""
    known = [value for value in data.values() if isinstance(value, str)]
    size = sum(len(text.encode()) for text in (*data, *known))
    if size > _LARGEST:
        raise ValueError(
            f"configuration {name} has {size} bytes, and a cluster keeps at most {_LARGEST} in one object; "
            "put the rest into the image or a bucket"
        )


def digest_of(data: Mapping[str, Input[str]]) -> Output[str]:
    """A short digest that changes with the data."""
    text = Output.json_dumps(dict(data), sort_keys=True)
    return text.apply(lambda known: hashlib.sha256(known.encode()).hexdigest()[:_DIGEST_LENGTH])
