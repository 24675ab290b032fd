"""What the program is measured against makes the same resources."""

from __future__ import annotations

import sys

from bench.measuring import in_turns
from bench.usual_style import usual_program
from simulator.in_process import Plan, plan


def made(of: Plan) -> list[tuple[str, str, str]]:
    return sorted(
        (each.type, each.name, each.urn) for each in of.resources if "pulumi:providers" not in each.type
    )


def test_the_usual_program_makes_the_resources_of_the_plan() -> None:
    def program() -> None:
        import pulumi  # noqa: PLC0415
        import pulumi_random as random  # noqa: PLC0415
        from pulumi_gcp import pubsub  # noqa: PLC0415

        group = pulumi.ComponentResource("test:index:Group", "group")
        inside = pulumi.ResourceOptions(parent=group)
        word = random.RandomId("word", byte_length=4, opts=inside)
        pubsub.Topic("topic", project="project", message_retention_duration="600s", opts=inside)
        random.RandomPassword("password", length=20, keepers={"word": word.hex})

    first = plan(program, existing=["projects/project/services/pubsub.googleapis.com"])
    text = usual_program(first)
    second = plan(lambda: exec(text, {}), existing=["projects/project/services/pubsub.googleapis.com"])
    assert made(second) == made(first)


def test_a_cost_is_that_of_the_command() -> None:
    costs = in_turns(
        {"short": ["true"], "long": [sys.executable, "-c", "sum(bytearray(50_000_000))"]}, runs=1
    )
    assert costs["long"].cpu > costs["short"].cpu
    assert costs["long"].wall > 0
    assert costs["long"].peak_mb > costs["short"].peak_mb
