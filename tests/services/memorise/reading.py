"""Ways to ask a plan of memorise for what a test is about."""

from __future__ import annotations

import base64
from typing import Any

from components.environment import Environment
from services.clusters.settings import KubernetesSettings
from services.memorise.checks import memorise_refusals, memorise_warnings
from services.memorise.settings import MemoriseSettings
from simulator.in_process import Plan
from tests.components.environments import environment
from tests.services.memorise.stacks import clusters, objects, settings


def api(plan: Plan) -> dict[str, Any]:
    return objects(plan, "Deployment")["ai-engine-api"]


def secret(plan: Plan, name: str) -> dict[str, str]:
    data = objects(plan, "Secret")[name]["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def let_in(plan: Plan, name: str) -> set[str]:
    """Who a workload's policy lets in: `app` labels and address ranges."""
    rules = objects(plan, "NetworkPolicy")[name]["spec"]["ingress"]
    peers = [peer for rule in rules for peer in rule["from"]]
    return {
        peer["ipBlock"]["cidr"] if "ipBlock" in peer else peer["podSelector"]["matchLabels"]["app"]
        for peer in peers
    }


def told(
    asked: MemoriseSettings | None = None,
    kubernetes: KubernetesSettings | None = None,
    here: Environment | None = None,
) -> dict[str, str]:
    """Setting to reason."""
    refusals = memorise_refusals(asked or settings(), kubernetes or clusters(), here or environment())
    return {each.key: each.reason for each in refusals}


def warned(asked: MemoriseSettings, cluster: str = "europe-west1") -> list[str]:
    """What is warned of, in a cluster of that region."""
    return [*memorise_warnings(asked, stack="europe-west1", cluster=cluster)]
