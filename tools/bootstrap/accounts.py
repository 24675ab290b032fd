"""The service accounts of CI's identities, and who may act as them. None ever has a key."""

from __future__ import annotations

from typing import Any

from tools.bootstrap.change import Change, Changes, differing
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.errors import BootstrapError
from tools.bootstrap.grants import Grant, granted
from tools.bootstrap.identities import Identity, identities
from tools.bootstrap.wanted import Wanted


def accounts(cloud: Cloud, wanted: Wanted) -> Changes:
    """Makes each account, or puts it right."""
    collection = cloud.api("iam").projects().serviceAccounts()
    for identity in identities(wanted):
        yield from _account(cloud, collection, identity, wanted)
        yield from _users(cloud, collection, identity, wanted)


def _account(cloud: Cloud, collection: Any, identity: Identity, wanted: Wanted) -> Changes:
    name = f"projects/{wanted.project}/serviceAccounts/{identity.email(wanted)}"
    what = f"service account {identity.account}"
    current = cloud.read(f"read {what}", collection.get(name=name))
    body = {"displayName": identity.account, "description": identity.purpose}
    if current is None:
        request = collection.create(
            name=f"projects/{wanted.project}", body={"accountId": identity.account, "serviceAccount": body}
        )
        yield Change(what=f"create {what}", make=lambda: cloud.write(f"create {what}", request))
        return
    if current.get("disabled"):
        enable = collection.enable(name=name, body={})
        yield Change(what=f"enable {what}", make=lambda: cloud.write(f"enable {what}", enable))
    if different := differing(body, current):
        mask = ",".join(sorted(different))
        patch = collection.patch(name=name, body={"serviceAccount": different, "updateMask": mask})
        yield Change(what=f"set {mask} of {what}", make=lambda: cloud.write(f"set {mask} of {what}", patch))


def _users(cloud: Cloud, collection: Any, identity: Identity, wanted: Wanted) -> Changes:
    """Who may act as it: those jobs and nobody else."""
    resource = f"projects/{wanted.project}/serviceAccounts/{identity.email(wanted)}"
    principals = identity.principals(project_number(cloud, wanted))
    yield from granted(
        cloud,
        f"service account {identity.account}",
        read=collection.getIamPolicy(resource=resource, options_requestedPolicyVersion=3),
        write=lambda policy: collection.setIamPolicy(resource=resource, body={"policy": policy}),
        wanted=[Grant(role="roles/iam.workloadIdentityUser", member=each) for each in principals],
        ours=lambda _: True,
    )


def project_number(cloud: Cloud, wanted: Wanted) -> str:
    """The project's number, by which a pool is known."""
    name = f"projects/{wanted.project}"
    found = cloud.read(f"read {name}", cloud.api("cloudresourcemanager").projects().get(name=name))
    if found is None:
        raise BootstrapError(
            f"{name} is not there, or its API is not enabled; run gcloud services enable "
            f"serviceusage.googleapis.com cloudresourcemanager.googleapis.com --project={wanted.project}"
        )
    return str(found["name"]).removeprefix("projects/")
