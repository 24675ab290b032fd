"""The key that a cluster's own database is encrypted with: what is in a Secret is unreadable without it.

Owns the key ring, the key, and the grant of Google's agent that encrypts with it. A ring can't be deleted,
and its name is taken for ever: each has random characters, so that a stack can be brought up again.

Cost (a month, about): 0.06 USD for each version of the key; a version is added every 90 days.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_gcp import kms
from pulumi_random import RandomId

from components.environment import Environment

KMS_API = "cloudkms.googleapis.com"
_ROTATION = f"{90 * 86400}s"


@dataclass(frozen=True, kw_only=True)
class ClusterKeyArgs:
    """What the key is for.

    Attributes:
        environment: where it lives; its `protect` keeps the key, without which a cluster is lost.
        region: the cluster's region.
        agent: the IAM member that encrypts with it, Google's agent of the clusters' API.
    """

    environment: Environment
    region: str
    agent: Input[str]


class ClusterKey(ComponentResource):
    """A key for one cluster.

    Attributes:
        key: the key's ID, known once Google's agent may use it.
    """

    key: Output[str]

    def __init__(self, name: str, args: ClusterKeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:ClusterKey", name, None, opts)
        self._name, self._args = name, args

        key = self._create_key(self._create_ring())
        grant = self._grant(key)
        self.key = Output.all(key.id, grant.role).apply(lambda known: str(known[0]))
        self.register_outputs({"key": self.key})

    def _create_ring(self) -> kms.KeyRing:
        random = RandomId(self._name, byte_length=3, opts=ResourceOptions(parent=self))
        name = self._args.environment.physical_name(self._name, limit=56)
        return kms.KeyRing(
            self._name,
            project=self._args.environment.project_using(KMS_API),
            location=self._args.region,
            name=Output.format("{}-{}", name, random.hex),
            opts=ResourceOptions(parent=self),
        )

    def _create_key(self, ring: kms.KeyRing) -> kms.CryptoKey:
        return kms.CryptoKey(
            self._name,
            key_ring=ring.id,
            name="secrets",
            purpose="ENCRYPT_DECRYPT",
            rotation_period=_ROTATION,
            opts=ResourceOptions(parent=self, protect=self._args.environment.protect),
        )

    def _grant(self, key: kms.CryptoKey) -> kms.CryptoKeyIAMMember:
        return kms.CryptoKeyIAMMember(
            self._name,
            crypto_key_id=key.id,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=self._args.agent,
            opts=ResourceOptions(parent=self),
        )
