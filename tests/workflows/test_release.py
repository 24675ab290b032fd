"""`release.yml`: dev from main, prod from exactly what was approved."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from tests.workflows.answers import preview, refused, step
from tests.workflows.workshop import Workshop

DIGEST = "sha256:" + "5e" * 32
CHANGES = preview(step("create"))


def test_dev_is_brought_up_with_its_images_pushed_as_the_deploying_identity(workshop: Workshop) -> None:
    assert workshop.run("release", "dev") == 0
    assert [call.line for call in workshop.calls("gcloud", "pulumi")] == [
        "gcloud auth configure-docker europe-west1-docker.pkg.dev --quiet",
        "pulumi up --stack dev --policy-pack policies --yes --non-interactive",
    ]
    (up,) = workshop.calls("pulumi")
    assert up.env["PULUMI_BACKEND_URL"] == "gs://dev-state"


def test_the_images_of_prod_are_those_that_its_plan_builds(workshop: Workshop) -> None:
    assert workshop.run("release", "images") == 0
    release = json.loads((workshop.artefact("release-prod") / "prod.release.json").read_text())
    assert release["commit"] == workshop.git("rev-parse", "HEAD").strip()
    registry = "europe-west1-docker.pkg.dev/acme-ai-prod/ai-prod-images"
    assert release["images"] == {
        "axis.api.image": f"{registry}/axis-api-image@{DIGEST}",
        "axis.duckdb.keeper_image": f"{registry}/axis-api-keeper@{DIGEST}",
    }
    builder, *builds = workshop.calls("docker")
    assert builder.words[:2] == ["buildx", "inspect"]
    for build in builds:
        assert {"--platform", "SOURCE_DATE_EPOCH=315532800"} <= set(build.words)
        assert build.words[build.words.index("--output") + 1].endswith(",push=true,rewrite-timestamp=true")
        assert not any("INLINE_CACHE" in word for word in build.words), "the cache's index has times in it"
        assert (workshop.project / build.words[-1]).is_dir()


def test_images_are_built_by_a_builder_whose_version_is_pinned(workshop: Workshop) -> None:
    workshop.answers = {"docker": [{"words": ["inspect"], "status": 1, "stderr": "no builder\n"}]}
    assert workshop.run("release", "images") == 0
    _, made, build, *_ = workshop.calls("docker")
    assert made.words[:2] == ["buildx", "create"]
    assert made.words[-2:] == ["--driver-opt", "image=moby/buildkit:v0.32.2"]
    assert build.words[build.words.index("--builder") + 1] == made.words[made.words.index("--name") + 1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Images built and plan made, once: it takes seconds."""
    workshop = Workshop(tmp_path_factory.mktemp("release"))
    workshop.answers = {"pulumi": [CHANGES]}
    assert workshop.run("release", "images") == 0, workshop.printed
    assert workshop.run("release", "plan") == 0, workshop.printed
    return workshop


@pytest.fixture
def planned(built: Workshop) -> Iterator[Workshop]:
    """A plan that waits for its approval."""
    commit = built.git("rev-parse", "HEAD").strip()
    built.forget()
    built.printed = ""
    built.answers = {"pulumi": [CHANGES]}
    yield built
    built.git("reset", "--quiet", "--hard", commit)


def test_what_is_planned_is_deployed_with_the_digests_that_were_planned(planned: Workshop) -> None:
    assert planned.run("release", "prod") == 0, planned.printed
    again, up = planned.calls("pulumi")
    assert again.words[0] == "preview"
    assert up.line == (
        "pulumi up --stack prod --policy-pack policies --config-file delivery/Pulumi.prod.yaml "
        "--yes --skip-preview --non-interactive"
    )
    axis = yaml.safe_load(up.config)["config"]["ai-platform:axis"]
    assert axis["api"]["image"].endswith(DIGEST)
    assert axis["duckdb"]["keeper_image"].endswith(DIGEST)
    assert axis["api"]["workers"] == 2, "what else the stack's file says stays"
    assert up.config == again.config
    assert up.env["PULUMI_BACKEND_URL"] == "gs://prod-state"


def test_whoever_approves_sees_commit_digests_and_steps(planned: Workshop) -> None:
    text = planned.summary.read_text()
    assert planned.git("rev-parse", "HEAD").strip() in text
    assert DIGEST in text
    assert "**1 to create**" in text
    assert "+ gcp:redis/instance:Instance axis-redis" in text


MEANWHILE = {
    "a step more": [step("create"), step("delete", "urn:pulumi:prod::p::t::old")],
    "a step less": [],
    "another kind of step": [step("replace")],
    "another size": [step("create", size=5)],
    "other properties": [step("create", properties=("tier",))],
}


@pytest.mark.parametrize("steps", MEANWHILE.values(), ids=MEANWHILE)
def test_what_changed_since_the_approval_is_not_deployed(steps: list, planned: Workshop) -> None:
    planned.answers = {"pulumi": [preview(*steps)]}
    assert planned.run("release", "prod") != 0
    assert [call.words[0] for call in planned.calls("pulumi")] == ["preview"]
    assert "stack prod changed since the plan was approved" in planned.printed
    assert "Traceback" not in planned.printed


def test_a_name_that_a_provider_makes_up_is_no_difference(planned: Workshop) -> None:
    same = step("create")
    same["newState"]["inputs"] |= {"__defaults": ["name"], "name": "redis-5f3a9c1"}
    planned.answers = {"pulumi": [preview(same)]}
    assert planned.run("release", "prod") == 0, planned.printed


def test_another_commit_than_the_approved_is_not_deployed(planned: Workshop) -> None:
    planned.git("commit", "--quiet", "--allow-empty", "--message", "Another")
    assert planned.run("release", "prod") != 0
    assert planned.calls("pulumi") == []
    assert "check out what was approved" in planned.printed


def test_images_of_another_commit_are_not_planned(planned: Workshop) -> None:
    planned.git("commit", "--quiet", "--allow-empty", "--message", "Another")
    assert planned.run("release", "plan") != 0
    assert "run make images anew" in planned.printed


def test_a_plan_that_pulumi_refuses_is_told_by_its_own_words(planned: Workshop) -> None:
    planned.answers = {"pulumi": [refused("Pulumi.prod.yaml: ai-platform:project: is missing; write it")]}
    assert planned.run("release", "plan") != 0
    assert "plan: Pulumi.prod.yaml: ai-platform:project: is missing; write it\n" in planned.printed
    assert "something else" not in planned.printed


def test_a_deployment_that_fails_fails_its_job(planned: Workshop) -> None:
    planned.answers = {"pulumi": [CHANGES, {"words": ["up"], "stderr": "error: quota\n", "status": 255}]}
    assert planned.run("release", "prod") != 0
    assert "deploy: pulumi up failed with status 255; see above" in planned.printed


def test_a_push_without_a_digest_is_no_release(workshop: Workshop) -> None:
    workshop.answers = {"docker": [{"words": ["build"], "status": 1, "stderr": "denied\n"}]}
    assert workshop.run("release", "images") != 0
    assert "images: docker buildx failed with status 1" in workshop.printed
