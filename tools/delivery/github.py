"""GitHub, by its own program `gh`: a pull request's comments and the repository's issues.

`gh` reads its token from GH_TOKEN. Everything that is written has a mark in it, by which it is found again.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from tools.delivery.files import DeliveryError
from tools.delivery.programs import answer

LIMIT = 60_000
"""Longest text, in characters; GitHub refuses more than 65,536."""


def repository() -> str:
    """The repository, as `owner/name`."""
    name = os.environ.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise DeliveryError("GITHUB_REPOSITORY names no repository; write GITHUB_REPOSITORY=owner/name")
    return name


def marked(mark: str, text: str) -> str:
    """A text with its mark, no longer than GitHub takes."""
    if len(text) > LIMIT:
        text = text[:LIMIT] + "\n```\n\nThe rest is in the job's summary.\n"
    return f"{_mark(mark)}\n{text}"


def put_comment(number: str, mark: str, text: str) -> str:
    """Writes the comment with this mark, or writes it anew; says which."""
    path = f"repos/{repository()}/issues/{number}/comments"
    body = json.dumps({"body": marked(mark, text)})
    found = _find(_all(path), mark)
    if found is None:
        answer("gh", "api", path, "--method", "POST", "--input", "-", stdin=body)
        return "comment written"
    comment = f"repos/{repository()}/issues/comments/{found['id']}"
    if found["body"] == marked(mark, text):
        return "comment is right already"
    answer("gh", "api", comment, "--method", "PATCH", "--input", "-", stdin=body)
    return "comment written anew"


def put_issue(mark: str, title: str, text: str) -> str:
    """Opens, updates or closes the issue with this mark; an empty text closes it. Says what was done."""
    path = f"repos/{repository()}/issues"
    found = _find(_all(f"{path}?state=open"), mark)
    if not text:
        return _close(path, found)
    body = marked(mark, text)
    if found is None:
        _send(path, "POST", {"title": title, "body": body})
        return "issue opened"
    if found["body"] == body:
        return f"issue {found['number']} is right already"
    _send(f"{path}/{found['number']}", "PATCH", {"body": body})
    return f"issue {found['number']} written anew"


def _close(path: str, found: dict[str, Any] | None) -> str:
    if found is None:
        return "no issue, and none is needed"
    number = found["number"]
    _send(f"{path}/{number}/comments", "POST", {"body": "It is gone."})
    _send(f"{path}/{number}", "PATCH", {"state": "closed", "state_reason": "completed"})
    return f"issue {number} closed"


def _send(path: str, method: str, content: dict[str, Any]) -> None:
    answer("gh", "api", path, "--method", method, "--input", "-", stdin=json.dumps(content))


def _all(path: str) -> list[dict[str, Any]]:
    pages = json.loads(answer("gh", "api", path, "--paginate", "--slurp"))
    return [each for page in pages for each in page]


def _find(texts: list[dict[str, Any]], mark: str) -> dict[str, Any] | None:
    """What a workflow wrote with this mark; a person who quotes it is not meant."""
    for each in texts:
        if (each.get("body") or "").startswith(_mark(mark)) and each["user"]["type"] == "Bot":
            return each
    return None


def _mark(mark: str) -> str:
    return f"<!-- ai-platform: {mark} -->"
