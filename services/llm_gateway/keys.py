"""Every secret of the fleet in Secret Manager: provider keys, further variables, metrics tokens.

Owns the entries. A key that is the same in several clusters is one entry. Nobody is granted any: what a
cluster needs is mirrored into it at deployment, so no pod can ask for another's key.

A provider key is disabled before it is deleted. While it is enabled its entry is protected, and the engine
refuses to delete it; once it is disabled it is not, and taking it out of the settings deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pulumi import ComponentResource, ResourceOptions

from components.environment import Environment
from components.secret import Generated, Secret, SecretArgs, SecretRef, SecretSource
from services.llm_gateway.contract import previous
from services.llm_gateway.fleet import SYSTEM, Site
from services.settings import SecretSetting
from services.stack_secrets import StackSecrets

TOKEN = "metrics-token"

_TOKEN_LENGTH = 48


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of Secret Manager.

    Attributes:
        key: its name in the stack's configuration, and the last part of its name in Secret Manager.
        setting: where its value comes from.
        generation: raising it makes another value of one that is generated.
        protect: whether the engine refuses to delete it.
    """

    key: str
    setting: SecretSetting
    generation: int = 1
    protect: bool = True


def entries(sites: Iterable[Site]) -> dict[str, Entry]:
    """Every entry by its key; one that is in use anywhere is protected."""
    found: dict[str, Entry] = {}
    for site in sites:
        for entry in _entries(site):
            known = found.get(entry.key)
            found[entry.key] = replace(entry, protect=entry.protect or (known is not None and known.protect))
    return found


def token_key(site: Site) -> str:
    """The name of a gateway's metrics token."""
    return f"{site.tenant}-{TOKEN}" if site.tenant else TOKEN


def _entries(site: Site) -> Iterator[Entry]:
    for name, credential in site.credentials.items():
        key = site.key(name, "credentials")
        yield Entry(key=key, setting=credential.secret, protect=credential.enabled)
        if credential.previous:
            yield Entry(key=previous(key), setting=credential.previous, protect=False)
    for name, setting in site.secrets.items():
        yield Entry(key=site.key(name, "secrets"), setting=setting)
    yield Entry(
        key=token_key(site),
        setting=SecretSetting(source="generated"),
        generation=site.settings.metrics.token_generation,
    )


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    """Whose secrets they are.

    Attributes:
        environment: where they are kept.
        sites: the gateways that need them.
        secrets: the values in the stack's configuration.
    """

    environment: Environment
    sites: Iterable[Site]
    secrets: StackSecrets


class Keys(ComponentResource):
    """The entries.

    Attributes:
        refs: each entry by its key.
    """

    refs: dict[str, SecretRef]

    def __init__(self, name: str, args: KeysArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:LlmGatewayKeys", name, None, opts)
        self._args = args
        wanted = entries(args.sites)
        self.refs = {key: self._secret(entry) for key, entry in sorted(wanted.items())}
        self.register_outputs({"secrets": {key: ref.secret for key, ref in self.refs.items()}})

    def _secret(self, entry: Entry) -> SecretRef:
        return Secret(
            f"{SYSTEM}-{entry.key.lower().replace('_', '-')}",
            SecretArgs(environment=self._args.environment, source=self._source(entry), protect=entry.protect),
            ResourceOptions(parent=self),
        ).ref

    def _source(self, entry: Entry) -> SecretSource:
        source = self._args.secrets.source(entry.key, entry.setting)
        if isinstance(source, Generated):
            return Generated(length=_TOKEN_LENGTH, generation=entry.generation)
        return source
