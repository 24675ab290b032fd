"""Which change is none, which is made in place and which replaces the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.paths import covers, generic, leaves
from simulator.rules import rules_of
from simulator.rules.model import Request


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


def difference(request: Request, olds: Mapping[str, Any], *, name_is_automatic: bool) -> Diff:
    """What the change from `olds` to what is asked for comes to.

    A resource whose `name` the program chose is deleted before its replacement is made, even where the name
    changes as well: so the bridge between Pulumi and the provider has it, unless the program says otherwise.
    Any other identifier makes way only where it stays the same, since two resources can't share it.
    """
    rules, news = rules_of(request.type), request.inputs
    before, after = dict(leaves(dict(olds))), dict(leaves(dict(news)))
    forced = {*rules.replaces, *rules.replaced(request)}
    changed = [
        path
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and not any(covers(rule, path) for rule in rules.ignores)
    ]
    replaces = [
        path
        for path in changed
        if any(covers(rule, path) for rule in forced)
        or any(
            generic(path) == rule and replaced(before.get(path), after.get(path))
            for rule, replaced in rules.replaces_when.items()
        )
    ]
    renewed = list(rules.renewed(request))
    changed, replaces = [*changed, *renewed], [*replaces, *renewed]
    named = rules.name.property if rules.name and not name_is_automatic else None
    makes_way = named == "name" or (named is not None and olds.get(named) == news.get(named))
    if rules.makes_way is not None:
        makes_way = rules.makes_way(olds, news)
    return Diff(changed, replaces, bool(replaces) and (rules.delete_before_replace or makes_way))
