"""What is remembered beside the state, at the client that Google's own library makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from googleapiclient import discovery
from googleapiclient.http import HttpMockSequence

from tools.memory import NoMemoryError, memory_at


def storage(*answers: tuple[dict[str, str], Any]) -> Any:
    """Google's storage API, which gives these answers in turn."""
    return discovery.build("storage", "v1", http=HttpMockSequence(list(answers)), static_discovery=True)


def answer(status: int, body: str = "{}") -> tuple[dict[str, str], str]:
    """One answer."""
    return {"status": str(status), "content-type": "application/json"}, body


def test_what_was_never_written_is_empty() -> None:
    assert memory_at("gs://state", "a/b.json", storage(answer(404))).read() == ""


def test_what_was_written_is_read_back_from_beside_the_state() -> None:
    client = storage(answer(200), answer(200, "remembered"))
    memory = memory_at("gs://acme-state/prefix?x=1", "a/b.json", client)
    memory.write("remembered")
    assert memory.read() == "remembered"


@pytest.mark.parametrize("status", [403, 412])
def test_a_refusal_is_one_line_that_names_the_object(status: int) -> None:
    with pytest.raises(NoMemoryError, match=r"^read gs://state/a/b.json: .* \(HTTP 4\d\d\)$"):
        memory_at("gs://state", "a/b.json", storage(answer(status))).read()
    with pytest.raises(NoMemoryError, match=r"^write gs://state/a/b.json: "):
        memory_at("gs://state", "a/b.json", storage(answer(status))).write("x")


def test_a_folder_remembers_too(tmp_path: Path) -> None:
    memory = memory_at(f"file://{tmp_path}", "a/b.json")
    assert memory.read() == ""
    memory.write("x")
    assert memory_at(f"file://{tmp_path}", "a/b.json").read() == "x"
