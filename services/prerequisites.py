"""What a stack's settings name and the program does not make: Google Cloud resources by full name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.settings import DomainSettings, SecretSetting


def secrets_kept_by_hand(secrets: Iterable[SecretSetting], project: str) -> Iterator[str]:
    """Those of `secrets` that are in Secret Manager beforehand, and the version of each."""
    for secret in secrets:
        if secret.source == "secret_manager":
            name = f"projects/{project}/secrets/{secret.secret}"
            yield from (name, f"{name}/versions/{secret.version}")


def zone_of(domain: DomainSettings | None, project: str) -> Iterator[str]:
    """The DNS zone that gets the domain's record, where there is one."""
    if domain and domain.dns_zone:
        yield f"projects/{project}/managedZones/{domain.dns_zone}"
