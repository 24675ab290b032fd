"""Workload Identity Federation: which of GitHub's tokens are taken for an identity of this project.

So no key of a service account exists anywhere. A pool that was deleted keeps its name for a month, and is
brought back rather than made again.
"""

from __future__ import annotations

from typing import Any

from tools.bootstrap.change import Change, Changes, differing
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.identities import ATTRIBUTES
from tools.bootstrap.wanted import POOL, PROVIDER, Wanted

ISSUER = "https://token.actions.githubusercontent.com"


def federation(cloud: Cloud, wanted: Wanted) -> Changes:
    """Makes the pool and its provider, brings them back, or puts them right."""
    locations = cloud.api("iam").projects().locations()
    pools = locations.workloadIdentityPools()
    pool = {"displayName": "GitHub Actions", "description": "Jobs of GitHub Actions", "disabled": False}
    provider = {
        "displayName": "GitHub Actions",
        "description": f"Jobs of {wanted.repository}",
        "disabled": False,
        "oidc": {"issuerUri": ISSUER},
        "attributeMapping": dict(ATTRIBUTES),
        "attributeCondition": wanted.condition,
    }
    parent = f"projects/{wanted.project}/locations/global"
    yield from _kept(
        cloud,
        pools,
        f"identity pool {POOL}",
        wanted.pool_name,
        pool,
        {"parent": parent, "workloadIdentityPoolId": POOL},
    )
    yield from _kept(
        cloud,
        pools.providers(),
        f"identity provider {PROVIDER} for {wanted.repository}",
        f"{wanted.pool_name}/providers/{PROVIDER}",
        provider,
        {"parent": wanted.pool_name, "workloadIdentityPoolProviderId": PROVIDER},
    )


def _kept(
    cloud: Cloud, collection: Any, what: str, name: str, body: dict[str, Any], place: dict[str, str]
) -> Changes:
    """A pool or a provider, as it should be."""
    current = cloud.read(f"read {what}", collection.get(name=name))
    if current is None:
        request = collection.create(**place, body=body)
        yield _change(cloud, collection, f"create {what}", request)
        return
    if current.get("state") == "DELETED":
        yield _change(cloud, collection, f"bring back {what}", collection.undelete(name=name, body={}))
    if different := differing(body, current):
        mask = ",".join(sorted(different))
        request = collection.patch(name=name, updateMask=mask, body=different)
        yield _change(cloud, collection, f"set {mask} of {what}", request)


def _change(cloud: Cloud, collection: Any, what: str, request: Any) -> Change:
    return Change(
        what=what, make=lambda: cloud.finish(what, cloud.write(what, request), collection.operations())
    )
