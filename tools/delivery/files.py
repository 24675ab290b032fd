"""What one step hands to the next: files in one folder, which a workflow carries along as an artefact."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path("delivery")

POLICIES = ("--policy-pack", "policies")
"""What tells Pulumi to refuse what `policies/` refuses."""


class DeliveryError(Exception):
    """A step can't be done; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What is to run.

    Attributes:
        stack: where.
        commit: the commit that it was built from.
        images: each image by digest, by the setting that takes it.
    """

    stack: str
    commit: str
    images: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What would be done with one resource.

    Attributes:
        op: Pulumi's word for it: `create`, `update`, `replace`, `delete` and so on.
        urn: the resource.
        properties: the properties that differ.
        inputs: a digest of all that the resource is asked to be.
    """

    op: str
    urn: str
    properties: list[str]
    inputs: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a deployment of a release would do."""

    release: Release
    steps: list[Step]


def path_of(stack: str, kind: str) -> Path:
    """Where a stack's file of a kind is, e.g. `plan.json`."""
    return FOLDER / f"{stack}.{kind}"


def write(stack: str, kind: str, content: Release | Plan | str) -> Path:
    """Writes a file and returns where it is."""
    path = path_of(stack, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(asdict(content), indent=2) + "\n"
    path.write_text(text)
    return path


def read_release(path: Path) -> Release:
    """A release that an earlier step wrote."""
    return Release(**_read(path, "run make images first"))


def read_plan(path: Path) -> Plan:
    """A plan that an earlier step wrote."""
    content = _read(path, "run make plan first")
    return Plan(release=Release(**content["release"]), steps=[Step(**each) for each in content["steps"]])


def _read(path: Path, advice: str) -> dict[str, Any]:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise DeliveryError(f"{path}: is missing; {advice}") from None
    except json.JSONDecodeError:
        raise DeliveryError(f"{path}: is no JSON; {advice}") from None
