"""`pull-request.yml`: what a pull request is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.answers import by_bot, by_person, listed, preview, step
from tests.workflows.files import workflow
from tests.workflows.workshop import Workshop
from tools.delivery import offline
from tools.delivery.offline import steps

COMMENTS = "repos/acme/ai/issues/7/comments"
MARK = "<!-- ai-platform: plan -->"


def change_dev(workshop: Workshop) -> None:
    """A commit that makes dev's DuckDB file bigger."""
    path = workshop.project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("size_mb: 256", "size_mb: 512"))
    workshop.git("commit", "--quiet", "--all", "--message", "Change")


def test_the_plan_by_the_source_alone_shows_what_the_change_changes(workshop: Workshop) -> None:
    change_dev(workshop)
    assert workshop.run("pull-request", "plan-offline", {"matrix.stack": "dev"}) == 0, workshop.printed
    text = (workshop.artefact("plan-offline-dev") / "dev.offline.md").read_text()
    assert text.strip() in workshop.summary.read_text()
    assert "USD a month" in workshop.summary.read_text()
    assert (workshop.artefact("plan-offline-dev") / "dev.price.md").exists()
    assert "~ gcp:cloudrunv2/service:Service axis-api" in text
    assert "gcp:sql" not in text, "what stays the same is not told"
    assert workshop.calls() == [], "it needs no account"
    assert workshop.git("worktree", "list").count("\n") == 1


def test_the_same_plan_has_no_steps_and_another_has_one_for_each_difference() -> None:
    before = {"urn::kept": {"size": 1, "tier": "a"}, "urn::gone": {}}
    assert steps(before, before) == []
    found = steps(before, {"urn::kept": {"size": 2, "zone": "b"}, "urn::new": {}})
    assert {each.urn: (each.op, each.properties) for each in found} == {
        "urn::kept": ("update", ["size", "tier", "zone"]),
        "urn::gone": ("delete", []),
        "urn::new": ("create", []),
    }


@pytest.mark.parametrize("base", ["", "HEAD~7"], ids=["none", "one that is not there"])
def test_a_base_is_a_commit_or_one_line_says_so(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = json.dumps({"resources": [{"urn": "urn:pulumi:dev::p::t::a", "inputs": {}}]})
    monkeypatch.setattr("tools.delivery.offline._planned", lambda *_: plan)
    status = offline.main(["dev", "--base", base])
    printed = capsys.readouterr()
    if base:
        assert status == 1
        assert printed.err.startswith("plan-offline: git rev-parse failed: ")
    else:
        assert status == 0
        assert "Compared with an empty project." in (tmp_path / "delivery/dev.offline.md").read_text()


def test_settings_that_are_refused_fail_the_job_with_one_line(workshop: Workshop) -> None:
    path = workshop.project / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("size_mb: 256", "size_mb: many"))
    workshop.git("commit", "--quiet", "--all", "--message", "Change")
    assert workshop.run("pull-request", "plan-offline", {"matrix.stack": "dev"}) != 0
    assert "plan-offline: refused: Pulumi.dev.yaml: ai-platform:axis.duckdb.size_mb" in workshop.printed
    assert "Traceback" not in workshop.printed


def test_the_plan_of_dev_reads_the_state_and_builds_nothing(workshop: Workshop) -> None:
    workshop.answers = {"pulumi": [preview(step("update", properties=("memorySizeGb",)))]}
    assert workshop.run("pull-request", "plan") == 0, workshop.printed
    (call,) = workshop.calls()
    assert call.line == "pulumi preview --stack dev --policy-pack policies --json --non-interactive"
    assert call.env["PULUMI_BACKEND_URL"] == "gs://dev-state"
    text = (workshop.artefact("plan-dev") / "dev.plan.md").read_text()
    assert "~ gcp:redis/instance:Instance axis-redis (memorySizeGb)" in text


def test_replacements_and_deletions_come_first(workshop: Workshop) -> None:
    steps = [step("create", "urn:pulumi:dev::p::t::new"), step("replace", properties=("tier",))]
    steps += [step("create-replacement"), step("delete-replaced")]
    steps += [step("delete", "urn:pulumi:dev::p::t::gone")]
    workshop.answers = {"pulumi": [preview(*steps)]}
    assert workshop.run("pull-request", "plan") == 0
    text = workshop.summary.read_text()
    assert "**1 to delete, 1 to replace, 1 to create**" in text
    lines = [line for line in text.splitlines() if line[:2] in ("- ", "! ", "+ ", "~ ")]
    assert lines == ["- t gone", "! replace: gcp:redis/instance:Instance axis-redis (tier)", "+ t new"]


def tell(workshop: Workshop, *comments: dict[str, Any]) -> list[str]:
    """Runs the job that comments; the methods and addresses that were written to."""
    for stack in ("dev", "prod"):
        folder = workshop.artefact(f"plan-offline-{stack}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stack}.offline.md").write_text(f"### Stack {stack}\n")
    workshop.answers = {"gh": [listed(COMMENTS, *comments)]}
    workshop.forget()
    assert workshop.run("pull-request", "comment") == 0, workshop.printed
    written = [call for call in workshop.calls("gh") if "--method" in call.words]
    assert all(call.env["GH_TOKEN"] == "token-of-the-job" for call in written)
    return [f"{call.words[3]} {call.words[1]}" for call in written]


def test_the_first_plan_is_a_comment_with_every_part(workshop: Workshop) -> None:
    assert tell(workshop, by_person("Nice!", id=1)) == [f"POST {COMMENTS}"]
    body = json.loads(workshop.calls("gh")[-1].stdin)["body"]
    assert body.startswith(MARK)
    assert body.index("Stack dev") < body.index("Stack prod")


def test_a_later_plan_is_written_over_the_first(workshop: Workshop) -> None:
    old = by_bot(f"{MARK}\nold", id=22)
    assert tell(workshop, by_person(f"{MARK}\nquoted", id=21), old) == [
        "PATCH repos/acme/ai/issues/comments/22"
    ]


def test_the_same_plan_is_written_once(workshop: Workshop) -> None:
    tell(workshop)
    body = json.loads(workshop.calls("gh")[-1].stdin)["body"]
    assert tell(workshop, by_bot(body, id=22)) == []


def test_a_long_plan_is_cut_to_what_github_takes(workshop: Workshop) -> None:
    folder = workshop.artefact("plan-dev")
    folder.mkdir(parents=True)
    (folder / "dev.plan.md").write_text("```diff\n" + "+ a resource\n" * 10_000 + "```\n")
    tell(workshop)
    body = json.loads(workshop.calls("gh")[-1].stdin)["body"]
    assert len(body) < 65_536
    assert "The rest is in the job's summary." in body


@pytest.mark.parametrize("job", ["plan", "comment"])
def test_a_fork_gets_no_identity_and_no_right_to_write(job: str) -> None:
    condition = workflow("pull-request")["jobs"][job]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert workflow("pull-request")["jobs"]["plan-offline"]["permissions"] == {"contents": "read"}


def test_the_program_that_comments_is_not_the_pull_requests() -> None:
    checkout = workflow("pull-request")["jobs"]["comment"]["steps"][0]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
