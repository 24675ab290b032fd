"""The one Postgres of the fleet: a database and a user for each gateway, sized for every pod. Pure data."""

from __future__ import annotations

from pulumi import Input

from components.environment import Environment
from components.postgres import PostgresArgs
from services.llm_gateway.connections import taken_by
from services.llm_gateway.fleet import Site, sites
from services.llm_gateway.settings import LlmGatewaySettings


def database_key(site: Site) -> str:
    """What a gateway's database is known by."""
    return f"of_{site.tenant}".replace("-", "_") if site.tenant else "own"


def postgres_args(
    settings: LlmGatewaySettings, environment: Environment, *, network: Input[str]
) -> PostgresArgs | None:
    """The instance; `None` where every gateway is given its database."""
    databases = {database_key(site): site.database for site in sites(settings) if site.settings.postgres}
    if settings.postgres is None or not databases:
        return None
    return PostgresArgs(
        environment=environment,
        network=network,
        databases=databases,
        # Said, so that it is the number that all pods were counted against.
        flags={"max_connections": str(taken_by(settings.postgres.tier))},
        **settings.postgres.model_dump(),
    )
