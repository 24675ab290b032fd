"""Ways to ask a plan of memorise for what a test is about."""

from __future__ import annotations

import base64
from typing import Any

from simulator.in_process import Plan
from tests.services.memorise.stacks import objects


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
