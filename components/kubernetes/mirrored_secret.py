"""Secrets from Secret Manager, mirrored into a Kubernetes Secret that pods can read.

Owns the Kubernetes Secret. Secret Manager stays the place where a value lives and is rotated: at deployment
the pinned versions are read there and written here under the keys that a workload expects. The digest is made
of version numbers, never of values: it goes into annotations, which anybody may read.

A preview reads no value, so that who may only look needs no access to any: it takes the values as they are,
and tells of a change by the digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Input, InvokeOutputOptions, Output, ResourceOptions
from pulumi.runtime import is_dry_run
from pulumi_gcp import secretmanager
from pulumi_kubernetes import core

from components.environment import Environment
from components.kubernetes.configuration import check_keys, digest_of
from components.kubernetes.names import dns_label
from components.secret import SECRET_MANAGER_API, SecretRef

VERSIONS_ANNOTATION = "ai-platform/versions"
"""Holds the digest of the versions that are mirrored."""


@dataclass(frozen=True, kw_only=True)
class MirroredSecretArgs:
    """What is mirrored.

    Attributes:
        environment: whose Secret Manager holds the values.
        namespace: the namespace's name.
        name: the Kubernetes Secret's name.
        secrets: versions by key: a variable's name, or a file's.
    """

    environment: Environment
    namespace: Input[str]
    name: str
    secrets: Mapping[str, SecretRef]

    def __post_init__(self) -> None:
        dns_label("MirroredSecretArgs.name", self.name)
        check_keys(f"secret {self.name}", self.secrets)


class MirroredSecret(ComponentResource):
    """A Kubernetes Secret.

    Attributes:
        name: its name, known once it is there.
        digest: changes with the versions it mirrors; tells nothing of their values.
        keys: the keys of its data.
    """

    name: Output[str]
    digest: Output[str]
    keys: frozenset[str]

    def __init__(self, name: str, args: MirroredSecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:MirroredSecret", name, None, opts)
        self._name, self._args = name, args
        self.keys = frozenset(args.secrets)

        self.digest = digest_of(
            {key: Output.concat(ref.secret, "/", ref.version) for key, ref in args.secrets.items()}
        )
        self.name = self._secret().metadata.name.apply(str)
        self.register_outputs({"name": self.name, "digest": self.digest})

    def _secret(self) -> core.v1.Secret:
        return core.v1.Secret(
            self._name,
            metadata={
                "name": self._args.name,
                "namespace": self._args.namespace,
                "annotations": {VERSIONS_ANNOTATION: self.digest},
            },
            type="Opaque",
            # Not `string_data`, which the API server keeps beside the data: a key taken out would stay.
            data=None if is_dry_run() else self._values(),
            opts=ResourceOptions(parent=self, ignore_changes=["data"] if is_dry_run() else None),
        )

    def _values(self) -> dict[str, Output[str]]:
        return {key: self._value(ref) for key, ref in sorted(self._args.secrets.items())}

    def _value(self, ref: SecretRef) -> Output[str]:
        """The version's payload in Base64, which keeps what is no text as well."""
        read = secretmanager.get_secret_version_access_output(
            project=self._args.environment.project_using(SECRET_MANAGER_API),
            secret=ref.secret,
            version=ref.version,
            is_secret_data_base64=True,
            opts=InvokeOutputOptions(parent=self),
        )
        return Output.secret(read.secret_data)
