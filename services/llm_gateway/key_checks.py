"""What can't be deployed of credentials and variables: their names, their routing, who shares a key.

Owns the judgement of one gateway, and of the keys of all. Keys of settings are told below `llm_gateway`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from components.environment import Environment
from services.llm_gateway.contract import own_variables, previous
from services.llm_gateway.credential_settings import routing_problems
from services.llm_gateway.fleet import Site
from services.refusals import Refusal
from services.settings import SecretSetting
from services.stack_secrets import StackSecrets


def section(site: Site) -> str:
    """What a gateway's own settings stand below."""
    return f"tenants.{site.tenant}." if site.tenant else ""


def credential_refusals(site: Site, environment: Environment) -> Iterator[Refusal]:
    """What is wrong with its credentials and its fallbacks."""
    for name, credential in sorted(site.credentials.items()):
        wanted = f"{credential.provider}-{environment.stack}-{credential.purpose}"
        if name != wanted:
            yield Refusal(
                f"{section(site)}credentials.{name}",
                "is not named by provider, environment and purpose; write "
                f"{wanted}, or another provider or purpose",
            )
    for problem in routing_problems(site.credentials, site.fallbacks):
        key, _, reason = problem.partition(": ")
        yield Refusal(f"{section(site)}{key}", reason)


def variable_refusals(site: Site) -> Iterator[Refusal]:
    """What is wrong with its further variables."""
    taken = {*own_variables(site)}
    for part, names in (("env", site.env), ("secrets", site.secrets)):
        for name in sorted(taken & set(names)):
            yield Refusal(f"{section(site)}{part}.{name}", "follows from other settings; take it out")
    for name in sorted(set(site.env) & set(site.secrets)):
        yield Refusal(f"{section(site)}env.{name}", "stands in `secrets` too; keep it in one")


def clash_refusals(sites: Sequence[Site]) -> Iterator[Refusal]:
    """Two secrets that would have one name: that of tenant `acme` called `x`, and one called `acme-x`."""
    owners: dict[str, tuple[str | None, str]] = {}
    for site in sites:
        named = [(key, f"credentials.{name}", old) for key, name, _, old in _keys(site)]
        named += [(site.key(name, "secrets"), f"secrets.{name}", False) for name in site.secrets]
        for key, setting, old in named:
            whose = (site.tenant, f"{setting}.previous" if old else setting)
            if owners.setdefault(key, whose) != whose:
                yield Refusal(
                    f"{section(site)}{setting}",
                    f"is kept as {key}, and so is another secret; write another name for one of the two, or "
                    "for the tenant or the cluster",
                )


def sharing_refusals(sites: Sequence[Site], secrets: StackSecrets) -> Iterator[Refusal]:
    """Providers' keys that two organizations would have in common: one could spend and read for the other."""
    held = {key: (site, name, each) for site in sites for key, name, each, _ in _keys(site)}
    for one, other in combinations(sorted(held), 2):
        (site, name, setting), (owner, _, theirs) = held[other], held[one]
        if site.tenant == owner.tenant:
            continue
        by_hand = setting.secret is not None and setting.secret == theirs.secret
        configured = {setting.source, theirs.source} == {"config"} and secrets.same(one, other)
        if by_hand or configured:
            whose = f"tenant {owner.tenant}" if owner.tenant else "the team's own gateway"
            yield Refusal(
                f"{section(site)}credentials.{name}",
                f"is a key that {whose} has too; write one of its own organization's",
            )


def _keys(site: Site) -> Iterator[tuple[str, str, SecretSetting, bool]]:
    """Each provider key: what it is kept as, its credential, its source, and whether it is the old one."""
    for name, credential in site.credentials.items():
        key = site.key(name, "credentials")
        yield key, name, credential.secret, False
        if credential.previous:
            yield previous(key), name, credential.previous, True
