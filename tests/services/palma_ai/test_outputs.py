"""palma_ai's outputs: what every stack with it says, and the only names there are."""

from __future__ import annotations

import pytest

from tests.program.variants import WITH_PALMA_AI, plan_of

OUTPUTS = {"palma_ai_url", "palma_ai_address", "palma_ai_revision"}


@pytest.mark.parametrize("name", WITH_PALMA_AI)
def test_a_stack_with_it_says_where_it_is_and_what_it_serves(name: str) -> None:
    outputs = plan_of(name).outputs
    assert {each for each in outputs if each.startswith("palma_ai")} == OUTPUTS
    assert outputs["palma_ai_url"].startswith("https://")
    assert len(outputs["palma_ai_revision"]) in {40, 64}


@pytest.mark.parametrize("name", ["no system", "axis alone"])
def test_a_stack_without_it_says_nothing_of_it(name: str) -> None:
    assert not [each for each in plan_of(name).outputs if each.startswith("palma_ai")]


def test_the_address_is_the_one_that_the_private_name_leads_to() -> None:
    plan = plan_of("dev")
    record = plan.one("gcp:dns/recordSet:RecordSet", "palma-ai").inputs
    assert plan.outputs["palma_ai_url"] == f"https://{record['name'].removesuffix('.')}"
    assert record["rrdatas"] == [plan.outputs["palma_ai_address"]]
