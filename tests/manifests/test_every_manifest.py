"""Every object of every plan, judged by everything that can judge a manifest."""

from __future__ import annotations

import json

import pytest

from tests.manifests.rendering import Manifest, manifests
from tests.manifests.verifying import NO_PROGRAM, can_ask_the_server, schema_findings, server_findings
from tests.program.variants import EVERY_PLAN, plan_of


@pytest.fixture(scope="module")
def distinct() -> list[Manifest]:
    """The objects of all plans, each form of one once."""
    found = {
        json.dumps(each.content, sort_keys=True): each
        for name in EVERY_PLAN
        for each in manifests(plan_of(name))
    }
    assert len(found) > len(EVERY_PLAN), "the plans have little in clusters"
    return list(found.values())


def test_the_published_schemas_take_every_manifest(distinct: list[Manifest]) -> None:
    assert [line for each in distinct for line in schema_findings(each)] == []


def test_the_servers_own_validation_takes_every_manifest(distinct: list[Manifest]) -> None:
    """Defaults, rules between fields, Pod Security `restricted`, and nothing that was not judged."""
    if not can_ask_the_server():
        pytest.skip(NO_PROGRAM)
    assert server_findings(distinct) == []
