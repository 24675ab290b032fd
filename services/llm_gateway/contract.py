"""What a gateway's pods are given: variables, files, and which secret is which variable. Pure data.

The document names no variable. Those that the program gives are settings (`variables`), so that another
version of the image that calls them otherwise is a change of a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi import Input

from services.llm_gateway.fleet import Site
from services.llm_gateway.routing import ROUTING_FILE, key_variable, previous_key_variable, routing_file

FILES = "/etc/llm-gateway"
"""Where its files are mounted."""

AUTHORITY_FILE = "redis-ca.pem"
"""What signed the certificate of Redis, for clients that take a file and no text."""

REDIS = "REDIS"
"""What the plain variables of Redis begin with."""


def plain_variables(site: Site, redis: Mapping[str, Input[str]]) -> dict[str, Input[str]]:
    """The plain variables; `redis` are those of the Redis that was made for it, if one was."""
    variables = site.settings.variables
    return {
        variables.port: str(site.settings.port),
        variables.pool: str(site.settings.size.pool),
        variables.routing_file: f"{FILES}/{ROUTING_FILE}",
        **redis,
        **site.env,
    }


def files(site: Site, redis: Mapping[str, Input[str]]) -> dict[str, Input[str]]:
    """The files."""
    authority = redis.get(f"{REDIS}_CA_CERT")
    return {ROUTING_FILE: routing_file(site), **({AUTHORITY_FILE: authority} if authority else {})}


def key_variables(site: Site) -> dict[str, str]:
    """Variable to the name of the provider key that is its value, those of disabled credentials left out."""
    found: dict[str, str] = {}
    for name, credential in sorted(site.credentials.items()):
        if credential.enabled:
            found[key_variable(name)] = site.key(name, "credentials")
            if credential.previous:
                found[previous_key_variable(name)] = previous(site.key(name, "credentials"))
    return found


def previous(key: str) -> str:
    """The name of the old key beside a key."""
    return f"{key}-previous"


def own_variables(site: Site) -> Iterator[str]:
    """The variables that follow from other settings, which neither `env` nor `secrets` may set."""
    variables = site.settings.variables
    yield from (variables.port, variables.pool, variables.routing_file, variables.metrics_token)
    yield from key_variables(site)
    if site.settings.redis:
        yield from (f"{REDIS}_HOST", f"{REDIS}_PORT", f"{REDIS}_CA_CERT", variables.redis_url)
    if site.settings.postgres:
        yield variables.database_url
