"""Configurations of the program, made of the two stacks' files: which systems, and with what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from settings import NAMESPACE
from simulator.program import PROJECT_FOLDER
from simulator.stack_files import StackConfig, load

IMAGE = "europe-west1-docker.pkg.dev/acme-ai-shared/images"
DIGEST = f"sha256:{'5e' * 32}"
SOURCE = "services/starter"
"""Stands for the team's own source: a folder that is here."""

STABLE = "ai-prod-axis-api-00007-abc"
SYSTEMS = ("axis", "llm_gateway", "memorise", "palma_ai")
IN_CLUSTERS = ("llm_gateway", "memorise")
ARCHIVE = "b2" * 32
KEPT_BY_HAND = {"source": "secret_manager", "version": "3"}
FROM_CONFIG = {"source": "config", "secret": None, "version": None}


def config(
    stack: str = "dev",
    axis: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    **top: Any,
) -> StackConfig:
    """A stack's configuration with changes, and with the systems alone that are changed, if any is.

    Args:
        stack: the stack whose file is changed.
        axis: changes of AXIS's settings, section by section; `None` for a section takes it out.
        secrets: secret configuration by its whole key.
        top: other top-level settings; those of a further system are changes of it, like AXIS's.
    """
    given = load(PROJECT_FOLDER, stack)
    values = dict(given.values)
    changes = {**top, **({"axis": axis} if axis is not None else {})}
    for name, value in changes.items():
        key = f"{NAMESPACE}:{name}"
        changed = merged(json.loads(values[key]), value) if name in SYSTEMS else value
        values[key] = changed if isinstance(changed, str) else json.dumps(changed)
    whole = replace(
        given,
        values={**values, **(secrets or {})},
        secret_keys=given.secret_keys | frozenset(secrets or ()),
    )
    concerned = set(SYSTEMS) & set(changes)
    return only(whole, *concerned) if concerned else whole


def only(settings: StackConfig, *systems: str) -> StackConfig:
    """The configuration with these systems and with clusters for those that need one."""
    others = [system for system in SYSTEMS if system not in systems]
    return without(settings, *others, *(() if {*systems} & {*IN_CLUSTERS} else ("kubernetes",)))


def renamed(settings: StackConfig, stack: str) -> StackConfig:
    """The configuration as another stack's, whose name is part of the credentials'."""
    key = f"{NAMESPACE}:llm_gateway"
    gateway = settings.values[key].replace(f"-{settings.stack}-", f"-{stack}-")
    return replace(settings, stack=stack, values={**settings.values, key: gateway})


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with `new` over it, mapping by mapping."""
    both = dict(old)
    for key, value in new.items():
        deeper = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value) if deeper else value
    return both


def without(settings: StackConfig, *names: str) -> StackConfig:
    """The configuration without some top-level settings."""
    gone = {f"{NAMESPACE}:{name}" for name in names}
    left = {key: value for key, value in settings.values.items() if key not in gone}
    return replace(settings, values=left)
