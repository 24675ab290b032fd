"""What CI's identities and the team's people may do: in the project, with the state, with its key."""

from __future__ import annotations

from tools.bootstrap.change import Changes
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.grants import Grant, granted
from tools.bootstrap.identities import identities
from tools.bootstrap.wanted import KEY, Wanted

_EVERYBODY_WITH_A_BASIC_ROLE = ("projectViewer:", "projectEditor:")


def project_access(cloud: Cloud, wanted: Wanted) -> Changes:
    """The identities' roles in the project: these, and no others."""
    projects = cloud.api("cloudresourcemanager").projects()
    resource = f"projects/{wanted.project}"
    who = {identity.member(wanted) for identity in identities(wanted)}
    yield from granted(
        cloud,
        f"project {wanted.project}",
        read=projects.getIamPolicy(resource=resource, body={"options": {"requestedPolicyVersion": 3}}),
        write=lambda policy: projects.setIamPolicy(resource=resource, body={"policy": policy}),
        wanted=[
            Grant(role=role, member=identity.member(wanted), condition=condition or "")
            for identity in identities(wanted)
            for role, condition in identity.project_roles.items()
        ],
        ours=lambda grant: grant.member in who,
    )


def state_access(cloud: Cloud, wanted: Wanted) -> Changes:
    """Who reads and writes the state; whoever merely has a basic role in the project no longer does."""
    buckets = cloud.api("storage").buckets()
    who = {identity.member(wanted) for identity in identities(wanted)}
    yield from granted(
        cloud,
        f"gs://{wanted.bucket}",
        read=buckets.getIamPolicy(bucket=wanted.bucket, optionsRequestedPolicyVersion=3),
        write=lambda policy: buckets.setIamPolicy(bucket=wanted.bucket, body=policy),
        wanted=[
            *(
                Grant(role=role, member=identity.member(wanted))
                for identity in identities(wanted)
                for role in identity.bucket_roles
            ),
            *(Grant(role="roles/storage.objectUser", member=person) for person in wanted.people),
        ],
        ours=lambda grant: grant.member in who or grant.member.startswith(_EVERYBODY_WITH_A_BASIC_ROLE),
    )


def key_access(cloud: Cloud, wanted: Wanted) -> Changes:
    """Who has the state's secrets decrypted. Only people encrypt: `pulumi stack init` is theirs."""
    keys = cloud.api("cloudkms").projects().locations().keyRings().cryptoKeys()
    who = {identity.member(wanted) for identity in identities(wanted)}
    yield from granted(
        cloud,
        f"key {KEY}",
        read=keys.getIamPolicy(resource=wanted.key_name, options_requestedPolicyVersion=3),
        write=lambda policy: keys.setIamPolicy(resource=wanted.key_name, body={"policy": policy}),
        wanted=[
            *(
                Grant(role=role, member=identity.member(wanted))
                for identity in identities(wanted)
                for role in identity.key_roles
            ),
            *(
                Grant(role="roles/cloudkms.cryptoKeyEncrypterDecrypter", member=person)
                for person in wanted.people
            ),
        ],
        ours=lambda grant: grant.member in who,
    )
