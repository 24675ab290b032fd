"""Secret values from a stack's encrypted configuration, for the secrets whose source is `config`."""

from __future__ import annotations

import pulumi
from pulumi.runtime import config as pulumi_config

from components.secret import Existing, Generated, Given, SecretSource
from services.settings import SecretSetting, SettingsError


class StackSecrets:
    """The secret values in a stack's configuration, each under `SYSTEM:NAME`, e.g. `axis:OPENAI_API_KEY`."""

    def __init__(self, stack: str, system: str) -> None:
        self._stack, self._system = stack, system

    def require(self, name: str) -> pulumi.Output[str]:
        """The secret called `name`.

        Raises:
            SettingsError: it is missing, or it is there in the clear.
        """
        key = f"{self._system}:{name}"
        command = f"pulumi config set --secret {key} --stack {self._stack}"
        if pulumi_config.get_config(key) is None:
            raise SettingsError(f"Pulumi.{self._stack}.yaml: {key}: is missing; run `{command}`")
        if not pulumi_config.is_config_secret(key):
            raise SettingsError(
                f"Pulumi.{self._stack}.yaml: {key}: stands there in the clear; renew it and run `{command}`"
            )
        return pulumi.Config(self._system).require_secret(name)

    def same(self, one: str, other: str) -> bool:
        """Whether two secrets are both there and have one value, which is not told."""
        values = [pulumi_config.get_config(f"{self._system}:{name}") for name in (one, other)]
        return values[0] is not None and values[0] == values[1]

    def source(self, name: str, setting: SecretSetting) -> SecretSource:
        """Where the value of the secret called `name` comes from.

        Raises:
            SettingsError: it comes from the configuration, and is not there.
        """
        if setting.secret and setting.version:
            return Existing(secret=setting.secret, version=setting.version)
        if setting.source == "generated":
            return Generated(generation=setting.generation)
        return Given(value=self.require(name))
