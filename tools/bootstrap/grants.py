"""Who may do what: the difference between a policy as it is and as it should be, and the call that mends it.

A policy is written whole, with the mark that it was read with, so that a change that somebody else made in
between is refused by Google and not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tools.bootstrap.change import Change, Changes
from tools.bootstrap.cloud import Cloud

_CONDITION_TITLE = "grants only what the program grants"


@dataclass(frozen=True, order=True, kw_only=True)
class Grant:
    """One role of one member.

    Attributes:
        role: the role.
        member: who has it.
        condition: what limits it, in Google's expression language; empty without a limit.
    """

    role: str
    member: str
    condition: str = ""

    def __str__(self) -> str:
        who = self.member.removeprefix("serviceAccount:").split("@")[0].rsplit("/", 1)[-1]
        who = who if ":" not in who else self.member
        return f"{self.role}{', limited,' if self.condition else ''} for {who}"


def granted(
    cloud: Cloud,
    what: str,
    *,
    read: Any,
    write: Callable[[dict[str, Any]], Any],
    wanted: Iterable[Grant],
    ours: Callable[[Grant], bool],
) -> Changes:
    """Gives what is missing and takes what is too much.

    Args:
        cloud: who reads and writes.
        what: the resource that the policy is about, for people.
        read: the request that reads the policy.
        write: makes the request that writes one.
        wanted: the grants that should be there.
        ours: whether a grant is ours to take away; all others are left alone.
    """
    policy = cloud.read(f"read who may use {what}", read) or {}
    there, should = _grants(policy), set(wanted)
    missing, surplus = should - there, {each for each in there - should if ours(each)}
    if not missing and not surplus:
        return
    title = f"grant what is wanted on {what}"
    body = {**policy, "version": 3, "bindings": _bindings(policy, missing, surplus)}
    yield Change(
        what=title,
        make=lambda: cloud.write(title, write(body)),
        details=(
            *(f"+ {each}" for each in sorted(missing, key=_by_member)),
            *(f"- {each}" for each in sorted(surplus, key=_by_member)),
        ),
    )


def _by_member(grant: Grant) -> tuple[str, str]:
    return grant.member, grant.role


def _grants(policy: dict[str, Any]) -> set[Grant]:
    return {
        Grant(role=binding["role"], member=member, condition=_expression(binding))
        for binding in policy.get("bindings", [])
        for member in binding.get("members", [])
    }


def _bindings(policy: dict[str, Any], missing: set[Grant], surplus: set[Grant]) -> list[dict[str, Any]]:
    """The bindings that are there, without what is too much and with what is missing."""
    kept: list[dict[str, Any]] = []
    for binding in policy.get("bindings", []):
        condition = _expression(binding)
        members = [
            member
            for member in binding.get("members", [])
            if Grant(role=binding["role"], member=member, condition=condition) not in surplus
        ]
        if members:
            kept.append({**binding, "members": members})
    return kept + [_binding(grant) for grant in sorted(missing)]


def _binding(grant: Grant) -> dict[str, Any]:
    binding: dict[str, Any] = {"role": grant.role, "members": [grant.member]}
    if grant.condition:
        binding["condition"] = {"title": _CONDITION_TITLE, "expression": grant.condition}
    return binding


def _expression(binding: dict[str, Any]) -> str:
    return str(binding.get("condition", {}).get("expression", ""))
