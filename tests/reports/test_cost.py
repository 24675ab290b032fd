"""What a plan costs: every type judged, every number from the table, each difference the change's own."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from reports.cost_cluster import FOREIGN
from reports.cost_estimate import RULES, Estimate, estimate
from reports.cost_free import FREE, UNPRICED
from reports.cost_parts import cpus, gibibytes
from reports.planned import Planned
from reports.prices import NotPricedError, PriceTable
from reports.usage import Usage
from simulator import display
from simulator.in_process import Plan
from tests.program.variants import EVERY_PLAN, plan_of

POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
PRICES = PriceTable.load()


def planned(plan: Plan) -> dict[str, Any]:
    return copy.deepcopy(display.as_json("prod", plan))


def resource(content: dict[str, Any], type_: str, name: str) -> dict[str, Any]:
    return next(each for each in content["resources"] if (each["type"], each["name"]) == (type_, name))


def priced(content: dict[str, Any], usage: Usage | None = None) -> Estimate:
    return estimate(Planned.read(content), usage or Usage(), PRICES)


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_type_is_priced_or_free_or_said_to_have_no_price(name: str) -> None:
    types = {item.type for item in Planned.of(name, plan_of(name)).items if item.custom}
    assert sorted(types - RULES.keys() - FREE.keys() - UNPRICED.keys()) == []


def test_no_type_is_judged_twice() -> None:
    assert not RULES.keys() & FREE.keys()
    assert not RULES.keys() & UNPRICED.keys()
    assert not FREE.keys() & UNPRICED.keys()


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_what_has_no_price_is_only_what_is_known_to_have_none(name: str) -> None:
    """A tier or a machine that the table lacks would be counted as nothing."""
    missing = priced(display.as_json(name, plan_of(name))).unpriced
    assert [one for one in missing if one.type not in UNPRICED and one.why != FOREIGN] == []


def test_every_price_has_a_source_that_was_read() -> None:
    for key, entry in PRICES.content["prices"].items():
        source = PRICES.content["sources"][entry["source"]]
        assert source["url"].startswith("https://"), key
        assert ("everywhere" in entry) != ("in" in entry), key
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", PRICES.read)


def test_every_source_is_used() -> None:
    used = {entry["source"] for entry in PRICES.content["prices"].values()}
    assert used == set(PRICES.content["sources"])


def test_a_larger_database_costs_the_difference_of_its_parts(prod: Plan) -> None:
    content = planned(prod)
    before = priced(content).total
    settings = resource(content, POSTGRES, "axis-postgres")["inputs"]["settings"]
    assert settings["tier"] == "db-custom-2-7680"
    settings["tier"] = "db-custom-4-15360"
    cpu = PRICES.price("sql.cpu", "europe-west1").value
    memory = PRICES.price("sql.memory", "europe-west1").value
    assert priced(content).total - before == pytest.approx(2 * 730 * (2 * cpu + 7.5 * memory), abs=0.01)


def test_a_standby_costs_as_much_as_the_database(prod: Plan) -> None:
    content = planned(prod)
    settings = resource(content, POSTGRES, "axis-postgres")["inputs"]["settings"]
    settings["backupConfiguration"]["enabled"] = False
    with_standby = priced(content)
    settings["availabilityType"] = "ZONAL"
    alone = priced(content)
    key = ("axis", POSTGRES, "axis-postgres")
    assert with_standby.by_resource[key] == pytest.approx(2 * alone.by_resource[key])


def test_a_service_that_may_stop_costs_by_the_hours_it_is_awake(dev: Plan) -> None:
    content = display.as_json("dev", dev)
    key = ("axis", "gcp:cloudrunv2/service:Service", "axis-api")
    short = priced(content, Usage(awake_hours=10)).by_resource[key]
    assert priced(content, Usage(awake_hours=20)).by_resource[key] == pytest.approx(2 * short)


def test_five_forwarding_rules_cost_as_much_as_one(prod: Plan) -> None:
    lines = [line for line in priced(planned(prod)).lines if line.key.startswith("balancing.f")]
    first = sum(line.monthly for line in lines if line.key == "balancing.first_five_rules")
    assert first == pytest.approx(730 * PRICES.price("balancing.first_five_rules", "").value, abs=0.01)


def test_the_total_is_the_sum_of_the_systems_and_of_the_resources(prod: Plan) -> None:
    now = priced(planned(prod))
    assert sum(now.by_system.values()) == pytest.approx(now.total)
    assert sum(now.by_resource.values()) == pytest.approx(now.total)
    assert {"axis", "foundation"} <= now.by_system.keys()


def test_an_unknown_tier_is_not_priced_rather_than_guessed(prod: Plan) -> None:
    content = planned(prod)
    resource(content, POSTGRES, "axis-postgres")["inputs"]["settings"]["tier"] = "db-perf-optimized-N-8"
    now = priced(content)
    (missing,) = [one for one in now.unpriced if one.resource == "axis-postgres"]
    assert "db-perf-optimized-N-8" in missing.why


def test_a_price_of_another_region_says_so() -> None:
    assert PRICES.price("disk.pd-balanced", "europe-west3").value == 0.12
    assert PRICES.price("sql.cpu", "europe-west1").elsewhere
    assert not PRICES.price("scheduler.job", "europe-west1").elsewhere
    with pytest.raises(NotPricedError, match="no price for nothing"):
        PRICES.price("nothing", "europe-west1")


@pytest.mark.parametrize(("text", "number"), [("512Mi", 0.5), ("4Gi", 4), ("1Ti", 1024), (str(2**30), 1)])
def test_a_quantity_of_memory_is_read(text: str, number: float) -> None:
    assert gibibytes(text) == number


@pytest.mark.parametrize(("text", "number"), [("250m", 0.25), ("2", 2), (1.5, 1.5)])
def test_a_quantity_of_cpu_is_read(text: object, number: float) -> None:
    assert cpus(text) == number
