"""The program with other settings than the two stacks': every choice of a stack's file, made at least once.

A plan is made once in a whole test run, by the first test that looks at it.
"""

from __future__ import annotations

import functools

from services.palma_ai.settings import DOCUMENTED_SECRETS
from settings import NAMESPACE
from simulator.in_process import Plan
from simulator.program import plan_config, plan_stack
from simulator.stack_files import StackConfig
from tests.program.cluster_variants import CLUSTER_VARIANTS
from tests.program.configs import (
    ARCHIVE,
    DIGEST,
    FROM_CONFIG,
    IMAGE,
    KEPT_BY_HAND,
    SOURCE,
    STABLE,
    SYSTEMS,
    config,
    only,
    renamed,
    without,
)

_ON_CLOUD_RUN = {
    "frontend": {"host": "cloud_run", "source": SOURCE, "url": None},
    "domain": {"name": "axis.acme.com", "dns_zone": "acme"},
}
_DATABASES = {
    "configured_by": "files",
    "eval": {"dataset_query": "SELECT 1", "results_query": "SELECT 2", "row_limit": 1000},
    "monitoring": {"auto_load": False, "query": "SELECT 3"},
    "human_signals": {"name": "people", "incremental_column": "at"},
}

VARIANTS: dict[str, StackConfig] = {
    "snapshot storage": config("prod", {"duckdb": {"storage": "snapshot"}}),
    "nfs storage": config("prod", {"duckdb": {"storage": "nfs"}}),
    "ephemeral storage": config("dev", {"duckdb": {"storage": "ephemeral"}}),
    "no duckdb": config("dev", {"duckdb": {"enabled": False}}),
    "files": config("prod", {"databases": _DATABASES}),
    "files and nfs": config("dev", {"databases": _DATABASES, "duckdb": {"storage": "nfs"}}),
    "frontend on cloud run": config("prod", _ON_CLOUD_RUN),
    "frontend image": config(
        "dev",
        {
            "frontend": {"host": "cloud_run", "image": f"{IMAGE}/frontend@{DIGEST}", "url": None},
            "domain": {"name": "axis.acme.com"},
        },
    ),
    "vercel": config(
        "prod",
        {"frontend": {"vercel": {"project_id": "prj_acme", "team_id": "team_acme"}}},
        {"vercel:api_token": "a-token-of-vercel-0001"},
    ),
    "vercel preview alone": config(
        "dev",
        {"frontend": {"vercel": {"project_id": "prj_acme", "targets": ["preview", "development"]}}},
        {"vercel:api_token": "a-token-of-vercel-0001"},
    ),
    "domain with its zone": config("prod", {"domain": {"dns_zone": "acme"}}),
    "no domain": config("prod", {"domain": None}),
    "canary": config("prod", {"api": {"canary": {"stable_revision": STABLE, "percent": 10}}}),
    "canary raised": config("prod", {"api": {"canary": {"stable_revision": STABLE, "percent": 60}}}),
    "canary finished": config("prod", {"api": {"canary": {"stable_revision": STABLE, "percent": 100}}}),
    "canary taken back": config("prod", {"api": {"canary": {"stable_revision": STABLE, "percent": 0}}}),
    "not public": config(
        "dev",
        {"api": {"public": False, "invokers": {"team": "group:ai@acme.com"}}},
        alert_email="on@acme.com",
    ),
    "every source of a secret": config(
        "prod",
        {"secrets": {"SESSION_KEY": {"source": "generated"}, "LLM_TOKEN": {"source": "config"}}},
        {"axis:LLM_TOKEN": "a-token-of-the-llm-0001"},
    ),
    "no redis": config("dev", {"redis": None}),
    "no graph": config("dev", {"falkordb": None}),
    "several instances": config("prod", {"api": {"min_instances": 2, "max_instances": 4}}),
    "prebuilt image": config("prod", {"api": {"image": f"{IMAGE}/api@{DIGEST}"}}),
    "own source": config("dev", {"api": {"source": SOURCE, "application": "app.main:app"}}),
    "more files": config("dev", {"config_folder": "tests/program/more_config"}),
    "own ranges": config(
        "dev",
        {},
        network={
            "egress_cidr": "172.20.0.0/24",
            "vm_cidr": "172.20.1.0/24",
            "services_cidr": "172.21.0.0/16",
            "private_domain": "corp.internal",
        },
    ),
    "no system": only(config("dev")),
    "clusters alone": without(config("dev"), *SYSTEMS),
    **{f"{system} alone": only(config("prod"), system) for system in SYSTEMS},
    **{f"{system} alone in dev": only(config("dev"), system) for system in SYSTEMS},
    "no schedule": config("dev", {"duckdb": {"sync": {"schedule": None}}}),
    "palma_ai from a bucket": config(
        "prod", palma_ai={"source": {"repository": None, "bucket": "acme-releases", "revision": ARCHIVE}}
    ),
    "palma_ai with a token and a certificate": config(
        "dev",
        palma_ai={
            "source": {"token": {**KEPT_BY_HAND, "secret": "palma-source"}, "subdirectory": "services/agent"},
            "certificate": {
                "chain": {**KEPT_BY_HAND, "secret": "palma-chain"},
                "key": {**KEPT_BY_HAND, "secret": "palma-key"},
            },
            "env": {"LOG_LEVEL": "debug"},
        },
    ),
    "palma_ai's secrets from the configuration": config(
        "prod",
        palma_ai={
            "secrets": {
                **dict.fromkeys(DOCUMENTED_SECRETS, FROM_CONFIG),
                "SESSION_KEY": {"source": "generated"},
            }
        },
        secrets={f"palma_ai:{name}": f"a-value-of-{name.lower()}" for name in DOCUMENTED_SECRETS},
    ),
    "palma_ai in every zone with its record": config(
        "prod",
        palma_ai={"machines": 6, "zones": ["b", "c", "d"], "domain": {"dns_zone": "acme", "waf": "enforce"}},
    ),
    **CLUSTER_VARIANTS,
    "long names": renamed(config("prod", prefix="tenletters"), "a-stack-of-20-letter"),
}

EVERY_PLAN = ("dev", "prod", *VARIANTS)


def _with(system: str) -> tuple[str, ...]:
    """The variants that have a system, and no other."""
    own = f"{NAMESPACE}:{system}"
    others = {f"{NAMESPACE}:{other}" for other in SYSTEMS if other != system}
    return tuple(
        name for name, given in VARIANTS.items() if own in given.values and not others & given.values.keys()
    )


WITH_AXIS, WITH_LLM_GATEWAY, WITH_MEMORISE, WITH_PALMA_AI = (_with(system) for system in SYSTEMS)
"""The plans of one system."""


@functools.cache
def plan_of(name: str) -> Plan:
    """The plan of a stack or of a variant."""
    return plan_config(VARIANTS[name]) if name in VARIANTS else plan_stack(name)
