"""`drift.yml`: looked for every night, reported once."""

from __future__ import annotations

import json
from typing import Any

from tests.workflows.answers import by_bot, by_person, listed, preview, refused, step
from tests.workflows.workshop import Workshop

ISSUES = "repos/acme/ai/issues"
MARK = "<!-- ai-platform: drift prod -->"
MATRIX = {
    "matrix.stack": "prod",
    "matrix.state": "gs://prod-state",
    "matrix.provider": "p",
    "matrix.account": "a",
}
DRIFTED = preview(step("update", properties=("memorySizeGb",)), command="refresh")


def night(workshop: Workshop, found: dict[str, Any], *issues: dict[str, Any]) -> list[str]:
    """Runs both jobs; the methods and addresses that were written to."""
    workshop.answers = {"pulumi": [found], "gh": [listed(f"{ISSUES}?state=open", *issues)]}
    workshop.forget()
    assert workshop.run("drift", "look", MATRIX) == 0, workshop.printed
    assert workshop.run("drift", "report", MATRIX) == 0, workshop.printed
    written = [call for call in workshop.calls("gh") if "--method" in call.words]
    return [f"{call.words[3]} {call.words[1]}" for call in written]


def body(workshop: Workshop) -> str:
    """What was written last."""
    return json.loads(workshop.calls("gh")[-1].stdin)["body"]


def test_looking_changes_nothing_and_reads_no_contents(workshop: Workshop) -> None:
    night(workshop, DRIFTED)
    (call,) = workshop.calls("pulumi")
    assert call.words[:4] == ["refresh", "--preview-only", "--stack", "prod"]
    excluded = [
        word for before, word in zip(call.words, call.words[1:], strict=False) if before == "--exclude"
    ]
    assert excluded == [
        "urn:pulumi:prod::**gcp:secretmanager/secretVersion:SecretVersion::**",
        "urn:pulumi:prod::**gcp:storage/bucketObject:BucketObject::**",
        "urn:pulumi:prod::**kubernetes:core/v1:Secret::**",
    ]


def test_what_differs_opens_one_issue(workshop: Workshop) -> None:
    assert night(workshop, DRIFTED, by_person("Something else", number=1)) == [f"POST {ISSUES}"]
    text = body(workshop)
    assert text.startswith(MARK)
    assert "axis-redis (memorySizeGb)" in text


def test_the_next_night_repeats_nothing(workshop: Workshop) -> None:
    night(workshop, DRIFTED)
    text = body(workshop)
    assert night(workshop, DRIFTED, by_bot(text, number=5)) == []


def test_something_else_that_differs_is_written_into_the_same_issue(workshop: Workshop) -> None:
    assert night(workshop, DRIFTED, by_bot(f"{MARK}\nold", number=5)) == [f"PATCH {ISSUES}/5"]


def test_when_it_is_gone_the_issue_is_closed(workshop: Workshop) -> None:
    assert night(workshop, preview(command="refresh"), by_bot(f"{MARK}\nold", number=5)) == [
        f"POST {ISSUES}/5/comments",
        f"PATCH {ISSUES}/5",
    ]
    assert json.loads(workshop.calls("gh")[-1].stdin)["state"] == "closed"


def test_where_nothing_differs_nobody_is_told(workshop: Workshop) -> None:
    other = by_bot("<!-- ai-platform: drift dev -->\nold", number=4)
    assert night(workshop, preview(command="refresh"), other) == []


def test_a_stack_that_cannot_be_read_fails_the_job_and_closes_nothing(workshop: Workshop) -> None:
    workshop.answers = {"pulumi": [refused("403: Permission denied", command="refresh")]}
    assert workshop.run("drift", "look", MATRIX) != 0
    assert "drift: 403: Permission denied" in workshop.printed
    assert not workshop.artefact("drift-prod").exists()
