"""What else is wrong on Google Cloud: images, roles, labels, TLS, secrets."""

from __future__ import annotations

from functools import partial

from tests.policies import data, google
from tests.policies.case import KEY, Case, case

GOOGLE: dict[str, Case] = {
    "an image of Cloud Run by its tag": case(
        "image-by-digest", "api", partial(google.service, f"{google.IMAGE}:1.0"), google.service, "1.0"
    ),
    "an image on a machine by its tag": case(
        "image-by-digest",
        "machine",
        partial(google.machine, metadata={"user-data": f"docker run {google.IMAGE}:1"}),
        partial(google.machine, metadata={"user-data": f"docker run {google.IMAGE}@{google.DIGEST}"}),
        "api:1",
    ),
    "a primitive role": case(
        "no-primitive-role",
        "grant",
        partial(google.role, "roles/editor"),
        partial(google.role, "roles/logging.logWriter"),
        "roles/editor",
    ),
    "every secret of a project": case(
        "secrets-one-by-one",
        "grant",
        partial(google.role, "roles/secretmanager.secretAccessor"),
        partial(google.role, "roles/secretmanager.viewer"),
        "each secret",
    ),
    "nothing labelled by the provider": case(
        "labelled", "kept", partial(data.secret, labelled=False), data.secret, "default_labels"
    ),
    "labels that the provider does not give": case(
        "labelled", "mail", partial(google.channel, labelled=False), google.channel, "userLabels"
    ),
    "an old version of TLS": case(
        "tls",
        "tls",
        partial(google.tls_policy, "TLS_1_0"),
        partial(google.tls_policy, "TLS_1_2"),
        "TLS_1_2",
    ),
    "a database in the clear": case(
        "tls", "database", partial(data.database, tls=False), data.database, "ENCRYPTED_ONLY"
    ),
    "a load balancer that serves HTTP": case(
        "https-only",
        "proxy",
        partial(google.entrance, redirects=False),
        partial(google.entrance, redirects=True),
        "redirect",
    ),
    "a provider's key in a variable": case(
        "no-secret-in-the-clear",
        "api",
        partial(google.service, variables={"MODEL": KEY}),
        partial(google.service, variables={"MODEL": "gpt-4o-mini"}),
        "API key",
    ),
    "a password in a URL on a machine": case(
        "no-secret-in-the-clear",
        "machine",
        partial(google.machine, metadata={"user-data": "redis://:hunter2x@10.0.0.2:6379"}),
        partial(google.machine, metadata={"user-data": "redis://:$PASSWORD@10.0.0.2:6379"}),
        "a password in a URL",
    ),
    "a secret of the plan elsewhere": case(
        "secrets-stay-kept",
        "item",
        partial(data.secret, shown=True),
        data.secret,
        "Secret Manager",
    ),
}
"""By what is wrong."""
