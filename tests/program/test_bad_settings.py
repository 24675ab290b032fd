"""Bad settings through the whole program: one clear line each, before anything is made, no traceback."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from settings import NAMESPACE
from simulator.in_process import PlanRefused
from simulator.program import plan_config
from simulator.stack_files import StackConfig
from tests.program.configs import ARCHIVE, DIGEST, FROM_CONFIG, IMAGE, SOURCE, config
from tests.program.variants import plan_of

Bad = tuple[str, StackConfig, str, str]


def axis(key: str, value: Any) -> StackConfig:
    """Stack `dev` with one of AXIS's settings changed, by its dotted key."""
    for part in reversed(key.split(".")):
        value = {part: value}
    return config("dev", value)


def palma_ai(key: str, value: Any) -> StackConfig:
    """Stack `dev` with one of palma_ai's settings changed, by its dotted key."""
    for part in reversed(key.split(".")):
        value = {part: value}
    return config("dev", palma_ai=value)


def raw(name: str, value: str) -> StackConfig:
    """Stack `dev` with the text of a top-level key."""
    given = config("dev")
    return replace(given, values={**given.values, f"{NAMESPACE}:{name}": value})


def ranges(**given: str) -> StackConfig:
    return config("dev", {}, network=given)


def tagged(part: str) -> dict[str, Any]:
    return {"image": f"{IMAGE}/{part}:1.0"}


ON_CLOUD_RUN = {"host": "cloud_run", "url": None}

BAD: list[Bad] = [
    ("overlapping ranges", ranges(vm_cidr="10.10.0.0/24"), "network", "overlaps"),
    ("a subnet too small for Cloud Run", ranges(egress_cidr="10.10.0.0/28"), "network", "write 10.10.0.0/26"),
    (
        "a public range",
        ranges(vm_cidr="8.8.8.0/24"),
        "network",
        "8.8.8.0/24 is not private; write a range inside",
    ),
    (
        "a range that is none",
        ranges(vm_cidr="ten"),
        "network",
        "vm_cidr 'ten' is no IPv4 range; write one like",
    ),
    ("a range that begins elsewhere", ranges(vm_cidr="10.10.1.9/24"), "network", "write 10.10.1.0/24"),
    ("Docker's own range", ranges(vm_cidr="172.17.0.0/24"), "network", "overlaps Docker's own bridge"),
    ("a domain of one label", ranges(private_domain="ai"), "network.private_domain", "write ai.internal"),
    (
        "Google's own domain",
        ranges(private_domain="google.internal"),
        "network.private_domain",
        "write ai.internal",
    ),
    ("a null section", raw("network", "null"), "network", "write its settings as keys below it"),
    ("a shared core", axis("postgres.tier", "db-f1-micro"), "axis.postgres", "write db-custom-1-3840"),
    (
        "an odd number of CPUs",
        axis("postgres.tier", "db-custom-3-3840"),
        "axis.postgres",
        "an even number up to 96",
    ),
    ("a tier that is none", axis("postgres.tier", "big"), "axis.postgres", "write db-custom-VCPUS-MEGABYTES"),
    (
        "an old Postgres",
        axis("postgres.version", "POSTGRES_9_6"),
        "axis.postgres",
        "write POSTGRES_14 to POSTGRES_18",
    ),
    ("a Redis that is not there", axis("redis.version", "REDIS_9"), "axis.redis", "write one of REDIS_6_X"),
    (
        "a database that is Postgres' own",
        axis("databases.eval.name", "postgres"),
        "axis.databases",
        "write axis_eval",
    ),
    (
        "two databases of one name",
        config("dev", {"databases": {"eval": {"name": "same"}, "monitoring": {"name": "same"}}}),
        "axis.databases",
        "write a database for each",
    ),
    (
        "a schedule in words",
        axis("duckdb.sync.schedule", "every day"),
        "axis.duckdb.sync.schedule",
        "example '0 3 * * *'",
    ),
    (
        "a minute that is none",
        axis("duckdb.sync.schedule", "61 3 * * *"),
        "axis.duckdb.sync.schedule",
        "write 0 to 59",
    ),
    (
        "a time zone of Mars",
        axis("duckdb.sync.time_zone", "Mars/Phobos"),
        "axis.duckdb.sync.time_zone",
        "Europe/Berlin",
    ),
    (
        "a placeholder that is not known",
        axis("duckdb.sync.path", "/api/{table}"),
        "axis.duckdb.sync.path",
        "write `path: /api/store/sync/{dataset}`",
    ),
    (
        "a brace alone",
        axis("duckdb.sync.path", "/api/{"),
        "axis.duckdb.sync.path",
        "write `path: /api/store/sync/",
    ),
    (
        "a snapshot too large",
        config("dev", {"api": {"memory_mb": 4096}, "duckdb": {"size_mb": 1921}}),
        "axis.duckdb.size_mb",
        "write 1920 or less, or storage: nfs",
    ),
    ("a tag in prod", config("prod", {"api": tagged("api")}), "axis.api.image", "write NAME@sha256:DIGEST"),
    (
        "a frontend's tag in prod",
        config("prod", {"frontend": ON_CLOUD_RUN | tagged("frontend")}),
        "axis.frontend.image",
        "write NAME@sha256:DIGEST",
    ),
    (
        "a registry that Cloud Run can't pull from",
        axis("api.image", f"ghcr.io/acme/api@{DIGEST}"),
        "axis.api.image",
        "write one of docker.io, gcr.io or REGION-docker.pkg.dev",
    ),
    (
        "a source that is not there",
        axis("api.source", "../nowhere"),
        "axis.api.source",
        "there is no folder '../nowhere'",
    ),
    ("a source on one machine", axis("api.source", "/tmp"), "axis.api.source", "write a relative path"),
    (
        "a frontend's source that is not there",
        config("prod", {"frontend": ON_CLOUD_RUN | {"source": "../nowhere"}}),
        "axis.frontend.source",
        "there is no folder '../nowhere'",
    ),
    (
        "a machine type that is none",
        axis("falkordb.machine_type", "e9-huge"),
        "axis.falkordb",
        "write e2-small",
    ),
    (
        "a file server of no type",
        config("dev", {"duckdb": {"nfs_machine_type": "huge"}}),
        "axis.duckdb.nfs_machine_type",
        "write `nfs_machine_type: e2-small`",
    ),
    ("too little memory for the CPUs", axis("api.cpu", 6), "axis.api", "write 4096 to 24576"),
    ("too much memory for the CPUs", axis("api.memory_mb", 8192), "axis.api", "write 128 to 4096"),
    (
        "no CPU left for the keeper",
        config("dev", {"api": {"cpu": 8, "memory_mb": 16384}}),
        "axis.api",
        "cpu adds up to 8.5; write 1 to 8",
    ),
    ("PORT as a variable", axis("env.PORT", "8080"), "axis.env.PORT", "Cloud Run sets PORT itself"),
    (
        "PORT as a secret",
        axis("secrets.PORT.source", "generated"),
        "axis.secrets.PORT",
        "Cloud Run sets PORT itself",
    ),
    ("a URL in the clear", axis("env.EVAL_DB_URL", "postgresql://"), "axis.env.EVAL_DB_URL", "take it out"),
    (
        "an origin at two places",
        axis("env.FRONTEND_URL", "https://x.com"),
        "axis.env.FRONTEND_URL",
        "take it out",
    ),
    (
        "a secret in a store's place",
        axis("secrets.GRAPH_DB_HOST.source", "generated"),
        "axis.secrets.GRAPH_DB_HOST",
        "take it out",
    ),
    ("a variable that is a number", axis("env.RETRIES", 3), "axis.env.RETRIES", "should be a valid string"),
    ("a variable in small letters", axis("env.retries", "3"), "axis.env.retries", "should match pattern"),
    (
        "a folder that is not there",
        axis("config_folder", "nope"),
        "axis.config_folder",
        "holds no file NAME.yaml",
    ),
    (
        "an invoker that is no member",
        config("dev", {"api": {"public": False, "invokers": {"me": "a@acme.com"}}}),
        "axis.api.invokers.me",
        "write `invokers: {team: 'group:ai@acme.com'}`",
    ),
    (
        "everybody among the invokers",
        config("dev", {"api": {"public": False, "invokers": {"all": "allUsers"}}}),
        "axis.api.invokers.all",
        "should match pattern",
    ),
    (
        "the scheduler's place taken",
        config("dev", {"api": {"public": False, "invokers": {"scheduler": "user:a@acme.com"}}}),
        "axis.api",
        "write another short name",
    ),
    (
        "a revision's long name",
        config("prod", {"api": {"canary": {"stable_revision": "a/revisions/r-1", "percent": 5}}}),
        "axis.api.canary",
        "write 'r-1'",
    ),
    ("an application that is none", axis("api.application", "main"), "axis.api.application", "app.main:app"),
    (
        "a label in capitals",
        config("dev", labels={"team": "AI"}),
        "labels.team",
        "write `labels: {team: ai}`",
    ),
    (
        "a label's key in capitals",
        config("dev", labels={"Team": "ai"}),
        "labels.Team",
        "write `labels: {team: ai}`",
    ),
    ("a zone that is none", config("dev", zone="europe-west1-bb"), "", "write zone: europe-west1-b"),
    ("a project number of zeros", config("dev", project_number="000000"), "project_number", "123456789012"),
    ("a missing frontend", axis("frontend", None), "axis.frontend", "write its settings as keys below it"),
    ("a text for AXIS", raw("axis", "yes"), "axis", "write its settings as keys below it"),
    ("a list for AXIS", raw("axis", "[1]"), "axis", "write its settings as keys below it"),
    ("half an object for AXIS", raw("axis", "{api"), "axis", "write its settings as keys below it"),
    ("a word for a switch", config("dev", protect="perhaps"), "protect", "write `protect: true`"),
    (
        "a record where a switch belongs",
        axis("domain", {"name": "api.acme.com", "waf": True}),
        "axis.domain.waf",
        "write 'off', 'preview' or 'enforce'",
    ),
    (
        "a branch for a revision",
        palma_ai("source.revision", "main"),
        "palma_ai.source.revision",
        "A commit's 40 hexadecimal digits",
    ),
    (
        "an archive's revision of a repository",
        palma_ai("source.revision", ARCHIVE),
        "palma_ai.source",
        "a repository's revision is a commit's 40 digits",
    ),
    (
        "a repository with a user",
        palma_ai("source.repository", "https://me@github.com/acme/palma"),
        "palma_ai.source.repository",
        "no user in it",
    ),
    (
        "a folder above the source",
        palma_ai("source.subdirectory", "../other"),
        "palma_ai.source.subdirectory",
        "write a path inside the source, like services/agent",
    ),
    (
        "an application that can't be imported",
        palma_ai("process.application", "1server:app"),
        "palma_ai.process.application",
        "write MODULE:NAME like server:app",
    ),
    (
        "a worker class that can't be imported",
        palma_ai("process.worker_class", "9.Worker"),
        "palma_ai.process.worker_class",
        "write uvicorn_worker.UvicornWorker",
    ),
    (
        "more jitter than requests",
        palma_ai("process.max_requests", 50),
        "palma_ai.process",
        "write max_requests_jitter: 0 to 50",
    ),
    ("no machine", palma_ai("machines", 0), "palma_ai.machines", "write 1 or more"),
    (
        "a machine for another architecture",
        palma_ai("machine_type", "t2a-standard-2"),
        "palma_ai.machine_type",
        "like e2-standard-2",
    ),
    (
        "a machine that takes no balanced disk",
        palma_ai("machine_type", "n4-standard-2"),
        "palma_ai.machine_type",
        "like e2-standard-2",
    ),
    ("a zone twice", palma_ai("zones", ["b", "b"]), "palma_ai", "write each of the zones once"),
    ("a zone that is not there", palma_ai("zones", ["b", "a"]), "palma_ai.zones", "write europe-west1-b or"),
    ("a zone that is no letter", palma_ai("zones", ["europe-west1-b"]), "palma_ai.zones.0", "[b, c, d]"),
    (
        "a variable of the shell",
        palma_ai("env.PATH", "/tmp"),
        "palma_ai.env.PATH",
        "choose another name",
    ),
    (
        "a secret in a shell variable's place",
        palma_ai("secrets.LD_PRELOAD.source", "generated"),
        "palma_ai.secrets.LD_PRELOAD",
        "choose another name",
    ),
    ("a variable of two lines", palma_ai("env.MODEL", "a\nb"), "palma_ai.env.MODEL", "write one line"),
    (
        "a variable that is a secret of the document",
        palma_ai("env.OPENAI_API_KEY", "x"),
        "palma_ai",
        "OPENAI_API_KEY: plain and secret",
    ),
    (
        "more variables than a machine's metadata takes",
        palma_ai("env.PROMPT", "x" * 262_144),
        "palma_ai.env",
        "keep long ones in the source, a bucket or a secret",
    ),
    (
        "a domain and a certificate of one's own",
        config(
            "prod",
            palma_ai={"certificate": {"chain": {"source": "config"}, "key": {"source": "config"}}},
        ),
        "palma_ai",
        "take domain or certificate out",
    ),
    (
        "a tenant's name that is memorise's",
        config(
            "prod",
            memorise={},
            llm_gateway={"tenants": {"red": {"domain": {"name": "memorise.acme.com"}}}},
        ),
        "memorise.domain.name",
        "memorise.acme.com leads to llm_gateway already",
    ),
    (
        "one name for two systems",
        config("prod", {}, palma_ai={"domain": {"name": "api.axis.acme.com"}}),
        "palma_ai.domain.name",
        "api.axis.acme.com leads to axis already; write another name",
    ),
    ("a text for palma_ai", raw("palma_ai", "yes"), "palma_ai", "write its settings as keys below it"),
]


@pytest.mark.parametrize(("given", "key", "says"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_a_bad_setting_is_one_line_with_the_file_the_key_and_what_to_write(
    given: StackConfig, key: str, says: str
) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_config(given)
    (line,) = refused.value.findings
    assert len(line.splitlines()) == 1
    assert line.startswith(f"Pulumi.{given.stack}.yaml: {NAMESPACE}{key and ':' + key}: ")
    assert says in line
    assert not [word for word in ("Args", "Traceback", "pydantic", "Error") if word in line]


def test_everything_that_components_refuse_is_said_at_once() -> None:
    given = config(
        "prod",
        {"postgres": {"tier": "big"}, "falkordb": {"machine_type": "huge"}, "env": {"PORT": "1"}},
        network={"vm_cidr": "ten"},
        palma_ai={"machine_type": "e2-huge"},
    )
    with pytest.raises(PlanRefused) as refused:
        plan_config(given)
    (text,) = refused.value.findings
    keys = ("network", "axis.postgres", "axis.falkordb", "axis.env.PORT", "palma_ai.machine_type")
    assert [line.split(": ")[1] for line in text.splitlines()] == [f"{NAMESPACE}:{key}" for key in keys]


@pytest.mark.parametrize("stack", ["Prod_EU", "a-stack-of-more-than-twenty-letters"])
def test_a_stack_whose_name_fits_no_resource_is_refused(stack: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_config(replace(config("dev"), stack=stack))
    (line,) = refused.value.findings
    assert line.startswith(f"Pulumi.{stack}.yaml: stack '{stack}'")
    assert "write at most 20 of a-z, 0-9 and -" in line


MISSING = [
    ("axis:LLM_TOKEN", config("prod", {"secrets": {"LLM_TOKEN": {"source": "config"}}})),
    ("vercel:api_token", config("prod", {"frontend": {"vercel": {"project_id": "prj_acme"}}})),
    ("palma_ai:OPENAI_API_KEY", config("prod", palma_ai={"secrets": {"OPENAI_API_KEY": FROM_CONFIG}})),
    ("palma_ai:SOURCE_TOKEN", config("prod", palma_ai={"source": {"token": {"source": "config"}}})),
]


@pytest.mark.parametrize(("key", "given"), MISSING, ids=[key for key, _ in MISSING])
def test_a_missing_secret_is_one_line_with_the_command_that_sets_it(key: str, given: StackConfig) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_config(given)
    assert refused.value.findings == [
        f"Pulumi.prod.yaml: {key}: is missing; run `pulumi config set --secret {key} --stack prod`"
    ]


def test_a_secret_in_the_clear_is_refused_and_not_shown() -> None:
    given = config("prod", {"secrets": {"LLM_TOKEN": {"source": "config"}}}, {"axis:LLM_TOKEN": "MARKER"})
    with pytest.raises(PlanRefused) as refused:
        plan_config(replace(given, secret_keys=frozenset()))
    assert "axis:LLM_TOKEN: stands there in the clear" in str(refused.value)
    assert "MARKER" not in str(refused.value)


def test_the_largest_and_smallest_that_are_allowed_are_taken() -> None:
    """The refusals above begin where they say, and not before."""
    assert plan_config(config("dev", {"api": {"memory_mb": 4096}, "duckdb": {"size_mb": 1920}}))
    assert plan_config(config("dev", {"api": {"cpu": 6, "memory_mb": 4096}}))
    assert plan_config(ranges(egress_cidr="10.10.0.0/26"))
    assert plan_config(axis("api.source", SOURCE))
    assert plan_config(palma_ai("env.PROMPT", "x" * 261_900))
    assert plan_config(palma_ai("process.max_requests", 100))
    assert plan_of("long names")
