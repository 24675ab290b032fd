from __future__ import annotations

import pytest

from simulator.in_process import PlanRefused
from simulator.program import plan_config
from tests.program.configs import DIGEST, IMAGE, config

BUILT = {"api": {"image": f"{IMAGE}/api@{DIGEST}"}, "duckdb": {"keeper_image": f"{IMAGE}/keeper@{DIGEST}"}}


def test_where_every_image_is_built_elsewhere_no_docker_is_needed() -> None:
    plan = plan_config(config("prod", BUILT))

    assert plan.of("docker:index/image:Image") == []
    containers = plan.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"]
    assert [container["image"] for container in containers] == [
        f"{IMAGE}/api@{DIGEST}",
        f"{IMAGE}/keeper@{DIGEST}",
    ]


def test_a_keeper_by_tag_is_refused_where_the_stack_is_protected() -> None:
    moving = {"duckdb": {"keeper_image": f"{IMAGE}/keeper:latest"}}

    with pytest.raises(PlanRefused) as refused:
        plan_config(config("prod", moving))

    assert any(
        "axis.duckdb.keeper_image" in each and "NAME@sha256" in each for each in refused.value.findings
    )
