"""Which change is none, which is made in place and which replaces the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.paths import covers, generic, leaves
from simulator.rules import rules_of


@dataclass(frozen=True)
class Diff:
    """What a change of inputs comes to.

    Attributes:
        changed: the paths that change.
        replaces: those of them that replace the resource.
        delete_before_replace: whether the old one goes first.
    """

    changed: list[str]
    replaces: list[str]
    delete_before_replace: bool = False


def difference(
    type_token: str, olds: Mapping[str, Any], news: Mapping[str, Any], *, name_is_automatic: bool
) -> Diff:
    """What the change from `olds` to `news` comes to.

    A resource whose `name` the program chose is deleted before its replacement is made, even where the name
    changes as well: so the bridge between Pulumi and the provider has it, unless the program says otherwise.
    Any other identifier makes way only where it stays the same, since two resources can't share it.
    """
    rules = rules_of(type_token)
    before, after = dict(leaves(dict(olds))), dict(leaves(dict(news)))
    changed = [
        path
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and not any(covers(rule, path) for rule in rules.ignores)
    ]
    replaces = [
        path
        for path in changed
        if any(covers(rule, path) for rule in rules.replaces)
        or any(
            generic(path) == rule and replaced(before.get(path), after.get(path))
            for rule, replaced in rules.replaces_when.items()
        )
    ]
    named = rules.name.property if rules.name and not name_is_automatic else None
    makes_way = named == "name" or (named is not None and olds.get(named) == news.get(named))
    return Diff(changed, replaces, bool(replaces) and (rules.delete_before_replace or makes_way))
