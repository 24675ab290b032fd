"""The rules, by name: what the pack hands to Pulumi's engine and `make preview` asks."""

from __future__ import annotations

from policies.access import primitive_role, project_wide_secrets
from policies.cluster import exposed_service, namespace_without_default_deny
from policies.data import unprotected_data
from policies.encryption import endpoint_without_tls, plain_http
from policies.exposure import given_to_everybody, public_bucket, public_database, public_machine, public_redis
from policies.images import image_without_digest
from policies.labels import unlabelled
from policies.model import ResourceRule, StackRule
from policies.pods import unrestricted_pod
from policies.secrecy import kept_secret_elsewhere, secret_in_the_clear

RESOURCE_RULES = (
    ResourceRule(
        name="private-database", description="No database has a public address.", check=public_database
    ),
    ResourceRule(
        name="private-redis", description="Redis is on the stack's own network alone.", check=public_redis
    ),
    ResourceRule(
        name="private-machine",
        description="No machine has a public address, and none is open to the internet.",
        check=public_machine,
    ),
    ResourceRule(name="private-bucket", description="No bucket can be made public.", check=public_bucket),
    ResourceRule(
        name="nothing-for-everybody",
        description="No role is given to everybody on the internet.",
        check=given_to_everybody,
    ),
    ResourceRule(
        name="image-by-digest", description="Every image is named by its digest.", check=image_without_digest
    ),
    ResourceRule(
        name="no-primitive-role", description="Nobody is owner, editor or viewer.", check=primitive_role
    ),
    ResourceRule(
        name="secrets-one-by-one",
        description="Secrets are opened one by one, not for a whole project.",
        check=project_wide_secrets,
    ),
    ResourceRule(name="labelled", description="What can have labels says whose it is.", check=unlabelled),
    ResourceRule(name="tls", description="Nothing is said in the clear.", check=endpoint_without_tls),
    ResourceRule(
        name="no-secret-in-the-clear",
        description="No secret stands where anybody may read it.",
        check=secret_in_the_clear,
    ),
    ResourceRule(
        name="restricted-pods",
        description="Every pod keeps to Pod Security `restricted`.",
        check=unrestricted_pod,
    ),
    ResourceRule(
        name="no-exposed-service",
        description="No Kubernetes Service has an address of its own outside the cluster.",
        check=exposed_service,
    ),
)
"""What can be judged of one resource by itself."""

STACK_RULES = (
    StackRule(
        name="protected-data",
        description="In a protected stack nothing that holds data can be deleted, nor is without a copy.",
        check=unprotected_data,
    ),
    StackRule(name="https-only", description="Plain HTTP does nothing but send to HTTPS.", check=plain_http),
    StackRule(
        name="default-deny",
        description="In every namespace nobody talks to anybody unless it is said.",
        check=namespace_without_default_deny,
    ),
    StackRule(
        name="secrets-stay-kept",
        description="A secret of the plan stands nowhere else in it.",
        check=kept_secret_elsewhere,
    ),
)
"""What can be judged of a stack as a whole only."""
