"""A Secret Manager secret: a name, the source of its value, and who may read it.

Owns the secret, its current version and one `secretAccessor` grant for each reader. Does not decide
which workload reads it: that is `readers`. A consumer is handed a `SecretRef`, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import secretmanager
from pulumi_random import RandomPassword

from components.environment import Environment

SECRET_MANAGER_API = "secretmanager.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class SecretRef:
    """One numbered version of a secret that its reader can already read.

    A number and not `latest`, because Cloud Run resolves `latest` when an instance starts: a rotation would
    reach some instances and not others, and make no new revision.

    Attributes:
        secret: the secret's short ID in the environment's own project.
        version: the version's number, known only after every reader's grant is made.
    """

    secret: Output[str]
    version: Output[str]


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A value made once by pulumi-random: letters and digits, safe inside URLs and shell words.

    Attributes:
        length: how many.
        generation: raising it makes another value.
    """

    length: int = 32
    generation: int = 1

    def __post_init__(self) -> None:
        if self.generation < 1:
            raise ValueError(f"generation {self.generation} can't be counted; write 1 or more")


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value from the stack's encrypted configuration or from another resource; always a Pulumi secret."""

    value: Output[str]


@dataclass(frozen=True, kw_only=True)
class Existing:
    """A secret kept by hand in Secret Manager: only its grants are made here.

    Attributes:
        secret: the secret's short ID in the environment's project.
        version: the number of the version to use.
    """

    secret: str
    version: str


SecretSource = Generated | Given | Existing


@dataclass(frozen=True, kw_only=True)
class SecretArgs:
    """What a secret is.

    Attributes:
        environment: where it lives.
        source: where its value comes from.
        readers: the service accounts that may read it, as IAM members (`serviceAccount:…`), by a short name
            that becomes part of the grant's logical name.
        protect: whether it is kept from deletion where the environment protects at all; `False` for a value
            that is out of use, and whose entry may therefore go.
    """

    environment: Environment
    source: SecretSource = field(default_factory=Generated)
    readers: Mapping[str, Input[str]] = field(default_factory=dict)
    protect: bool = True

    @property
    def protected(self) -> bool:
        """Whether deleting it must be refused."""
        return self.protect and self.environment.protect


class Secret(ComponentResource):
    """A secret in Secret Manager, readable by its readers alone.

    Attributes:
        ref: what a workload needs to read it.
        value: the value itself, a Pulumi secret; `None` for one kept by hand, which Pulumi never sees.
    """

    ref: SecretRef
    value: Output[str] | None

    def __init__(self, name: str, args: SecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Secret", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(SECRET_MANAGER_API)

        self.value = self._obtain_value()
        secret, version = self._store()
        grants = [self._grant(reader, member, secret) for reader, member in sorted(args.readers.items())]

        self.ref = SecretRef(
            secret=Output.from_input(secret),
            # A grant's role is known beforehand, its ID is not: a new reader leaves the others' plans alone.
            version=Output.all(version, *(grant.role for grant in grants)).apply(lambda known: str(known[0])),
        )
        self.register_outputs({"secret": self.ref.secret, "version": self.ref.version})

    def _obtain_value(self) -> Output[str] | None:
        match self._args.source:
            case Generated(length=length, generation=generation):
                password = RandomPassword(
                    f"{self._name}-value",
                    length=length,
                    special=False,
                    # The first has none, as what was made before there were generations.
                    keepers={"generation": str(generation)} if generation > 1 else None,
                    opts=ResourceOptions(parent=self),
                )
                return Output.secret(password.result)
            case Given(value=value):
                return Output.secret(value)
            case Existing():
                return None

    def _store(self) -> tuple[Input[str], Input[str]]:
        """The secret's short ID and its version's number."""
        if isinstance(self._args.source, Existing):
            return self._args.source.secret, self._args.source.version
        secret = secretmanager.Secret(
            self._name,
            project=self._project,
            secret_id=self._args.environment.physical_name(self._name, limit=255),
            replication=secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs()),
            # Its versions would go with it, and a destroyed version can be brought back by nobody.
            deletion_protection=self._args.protected,
            opts=ResourceOptions(parent=self, protect=self._args.protected),
        )
        version = secretmanager.SecretVersion(
            f"{self._name}-version",
            secret=secret.id,
            secret_data=self.value,
            # A rotation disables the old version instead of destroying it, so that a revision
            # that still refers to it can be brought back by enabling it.
            deletion_policy="DISABLE",
            opts=ResourceOptions(parent=self),
        )
        return secret.secret_id, version.version

    def _grant(self, reader: str, member: Input[str], secret: Input[str]) -> secretmanager.SecretIamMember:
        return secretmanager.SecretIamMember(
            f"{self._name}-{reader}",
            project=self._project,
            secret_id=secret,
            role="roles/secretmanager.secretAccessor",
            member=member,
            opts=ResourceOptions(parent=self),
        )
