"""The document's environment contract, name by name: where a value comes from and how the API is given it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from services.axis.contract import own_variables
from services.axis.settings import AxisSettings
from settings import NAMESPACE
from simulator.in_process import Plan
from simulator.program import PROJECT_FOLDER
from simulator.stack_files import load
from tests.program.reading import (
    DATABASE,
    POSTGRES,
    REDIS,
    USER,
    container,
    plain_variables,
    secret_value,
    secret_variables,
    service,
)
from tests.program.variants import VARIANTS, WITH_AXIS, plan_of

PLAIN: list[tuple[str, Callable[[Plan], str]]] = [
    ("HOST", lambda _: "0.0.0.0"),
    ("DEBUG", lambda _: "false"),
    ("FRONTEND_URL", lambda plan: plan.outputs["axis_frontend_url"]),
    ("FRONTEND_URLS", lambda _: "https://axis.acme.com"),
    ("LLM_MODEL_NAME", lambda _: "gpt-4o-mini"),
    ("EVAL_DB_AUTO_LOAD", lambda _: "true"),
    ("EVAL_DB_QUERY_TIMEOUT", lambda _: "60"),
    ("EVAL_DB_ROW_LIMIT", lambda _: "50000"),
    ("GRAPH_DB_HOST", lambda plan: plan.outputs["axis_graph_host"]),
    ("GRAPH_DB_PORT", lambda _: "6379"),
    ("GRAPH_DB_NAME", lambda _: "knowledge_graph"),
    ("REDIS_HOST", lambda plan: plan.one(REDIS, "axis-redis").state["host"]),
    ("REDIS_PORT", lambda plan: str(plan.one(REDIS, "axis-redis").state["port"])),
    ("REDIS_CA_CERT", lambda plan: plan.one(REDIS, "axis-redis").state["serverCaCerts"][0]["cert"]),
    ("AXIS_CUSTOM_DIR", lambda _: "/etc/axis"),
]
"""The document's plain variables, and the producers', with what they are in stack `prod`."""

SECRET: list[tuple[str, str | None]] = [
    (
        "EVAL_DB_URL",
        r"postgresql://axis_eval:(?P<password>\w{32})@{postgres}:5432/axis_eval\?sslmode=require",
    ),
    (
        "MONITORING_DB_URL",
        r"postgresql://axis_monitoring:(?P<password>\w{32})@{postgres}:5432/axis_monitoring\?sslmode=require",
    ),
    (
        "HUMAN_SIGNALS_DB_URL",
        r"postgresql://axis_human_signals:(?P<password>\w{32})@{postgres}:5432/axis_human_signals\?sslmode=require",
    ),
    ("GRAPH_DB_PASSWORD", r"\w{32,}"),
    ("REDIS_URL", r"rediss://:[\w-]+@{redis}:6378(/0)?"),
    ("OPENAI_API_KEY", None),
    ("ANTHROPIC_API_KEY", None),
]
"""The secret variables and the form of what is stored; `None` for those that are kept by hand."""


@pytest.mark.parametrize(("name", "expected"), PLAIN, ids=[name for name, _ in PLAIN])
def test_a_plain_variable_of_the_document_reaches_the_api(
    prod: Plan, name: str, expected: Callable[[Plan], str]
) -> None:
    assert plain_variables(container(prod))[name] == expected(prod)


@pytest.mark.parametrize(("name", "form"), SECRET, ids=[name for name, _ in SECRET])
def test_a_secret_variable_of_the_document_reaches_the_api_by_reference(
    prod: Plan, name: str, form: str | None
) -> None:
    reference = secret_variables(container(prod))[name]
    assert name not in plain_variables(container(prod))
    if form is not None:
        hosts = {
            "{postgres}": re.escape(prod.one(POSTGRES, "axis-postgres").state["privateIpAddress"]),
            "{redis}": re.escape(prod.one(REDIS, "axis-redis").state["host"]),
        }
        for placeholder, host in hosts.items():
            form = form.replace(placeholder, host)
        stored = secret_value(prod, reference["secret"])
        assert re.fullmatch(form, stored), f"{name} is stored in another form"


def test_the_api_is_told_nothing_that_is_not_in_the_contract(prod: Plan) -> None:
    contract = {name for name, _ in PLAIN} | {name for name, _ in SECRET}
    also_read = {
        "EVAL_DB_SSL_MODE",
        "MONITORING_DB_SSL_MODE",
        "HUMAN_SIGNALS_DB_SSL_MODE",
        "MONITORING_DB_AUTO_CONNECT",
        "HUMAN_SIGNALS_DB_AUTO_CONNECT",
    }
    told = {*plain_variables(container(prod)), *secret_variables(container(prod))}
    assert told == contract | also_read


@pytest.mark.parametrize("name", WITH_AXIS)
def test_port_is_left_to_cloud_run_which_takes_it_from_the_container(name: str) -> None:
    for each in service(plan_of(name))["template"]["containers"]:
        assert "PORT" not in {**plain_variables(each), **secret_variables(each)}
    assert container(plan_of(name))["ports"] == {"containerPort": 8500}


@pytest.mark.parametrize("name", WITH_AXIS)
def test_no_variable_is_given_twice(name: str) -> None:
    for each in service(plan_of(name))["template"]["containers"]:
        names = [variable["name"] for variable in each.get("envs", [])]
        assert len(names) == len(set(names))


def test_the_users_and_databases_are_those_that_the_urls_name() -> None:
    prod = plan_of("axis alone")
    names = {"axis_eval", "axis_monitoring", "axis_human_signals"}
    assert {each.inputs["name"] for each in prod.of(DATABASE)} == names
    assert {each.inputs["name"] for each in prod.of(USER)} == names


def test_each_database_has_a_password_of_its_own(prod: Plan) -> None:
    references = secret_variables(container(prod))
    urls = [secret_value(prod, references[name]["secret"]) for name, _ in SECRET[:3]]
    assert len({url.split(":")[2].split("@")[0] for url in urls}) == 3


def test_further_origins_follow_the_frontends_own(dev: Plan) -> None:
    told = plain_variables(container(dev))
    assert told["FRONTEND_URL"] == "https://axis-dev.acme.com"
    assert told["FRONTEND_URLS"] == "https://axis-dev.acme.com,https://axis-git-main-acme.vercel.app"


def test_a_frontend_on_cloud_run_has_the_domain_as_its_origin() -> None:
    told = plain_variables(container(plan_of("frontend on cloud run")))
    assert told["FRONTEND_URL"] == "https://axis.acme.com"


GONE: list[tuple[str, str]] = [("no redis", "REDIS_"), ("no graph", "GRAPH_DB_")]


@pytest.mark.parametrize(("variant", "prefix"), GONE, ids=[variant for variant, _ in GONE])
def test_what_a_stack_does_not_have_the_api_is_not_told_of(variant: str, prefix: str) -> None:
    described = container(plan_of(variant))
    told = {**plain_variables(described), **secret_variables(described)}
    assert not [name for name in told if name.startswith(prefix)]


@pytest.mark.parametrize("variant", ["files", "files and nfs"])
def test_where_files_configure_the_databases_their_variables_are_not_set(variant: str) -> None:
    """AXIS ignores the variables where a file exists; two sources of one truth would mislead a reader."""
    described = container(plan_of(variant))
    told = {**plain_variables(described), **secret_variables(described)}
    assert not [name for name in told if "_DB_" in name and not name.startswith("GRAPH_DB_")]


@pytest.mark.parametrize("variant", WITH_AXIS)
def test_the_names_that_settings_must_leave_alone_are_those_that_the_program_sets(variant: str) -> None:
    described = container(plan_of(variant))
    told = {*plain_variables(described), *secret_variables(described)}
    own = own_variables(_settings(variant))
    chosen = {"LLM_MODEL_NAME", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SESSION_KEY", "LLM_TOKEN"}
    assert told - chosen <= own
    if variant not in {"files", "files and nfs"}:
        assert own <= told


def _settings(variant: str) -> AxisSettings:
    given = VARIANTS.get(variant) or load(PROJECT_FOLDER, variant)
    return AxisSettings.model_validate(json.loads(given.values[f"{NAMESPACE}:axis"]))
