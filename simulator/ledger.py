"""What exists in the simulated cloud, and the one place where a name is resolved to what it names.

Owns the resources, what was there before the program, names that stay blocked, providers' settings, and
their file. Decides nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simulator.paths import UNKNOWN, values_at
from simulator.rules import rules_of
from simulator.rules.model import Stored

_LINK = re.compile(r"^(https:)?//[\w.-]*googleapis\.com/((compute|v1|v2|dns|storage|sql)/)?((v\d\w*|b)/)?")


class Ledger:
    """The resources that exist, in the order of their making."""

    def __init__(self, existing: Iterable[str] = ()) -> None:
        self.existing = sorted(existing)
        self.resources: dict[tuple[str, str], Stored] = {}
        self.blocked: set[str] = set()
        self.settings: dict[str, dict[str, Any]] = {}

    def all(self, *types: str) -> list[Stored]:
        """The resources of these types, in the order of their making."""
        return [stored for stored in self.resources.values() if stored.type in types]

    def find(self, value: object, *types: str) -> Stored | None:
        """The resource of one of these types that `value` names: its ID, link, name or address."""
        if not isinstance(value, str) or value in ("", UNKNOWN):
            return None
        wanted = plain(value)
        return next((stored for stored in self.all(*types) if wanted in handles(stored)), None)

    def was_there(self, value: object) -> bool:
        """Whether `value` names something that was there before the program."""
        wanted = plain(str(value))
        return any(plain(there) == wanted or plain(there).endswith(f"/{wanted}") for there in self.existing)

    def setting(self, package: str, name: str) -> Any:
        """What the package's provider was configured with."""
        return self.settings.get(package, {}).get(name)

    def buried(self, name: str) -> bool:
        """Whether `name` was used by something deleted that still blocks it."""
        return name in self.blocked

    def users_of(self, stored: Stored) -> Iterator[tuple[Stored, str]]:
        """Each resource that holds `stored`, and the property by which it does."""
        known = handles(stored)
        for other in self.resources.values():
            for reference in rules_of(other.type).references:
                if not reference.holds or stored.type not in reference.types or other is stored:
                    continue
                for path, value in values_at(other.inputs, reference.path):
                    if plain(str(value)) in known:
                        yield other, path

    def remove(self, stored: Stored) -> None:
        """Take a resource away, and what goes with it."""
        known, taken = handles(stored), rules_of(stored.type).takes
        for other in self.all(*taken):
            references = rules_of(other.type).references
            owners = (
                value for reference in references for _, value in values_at(other.inputs, reference.path)
            )
            if any(plain(str(owner)) in known for owner in owners):
                self.resources.pop((other.type, other.id), None)
        for one in rules_of(stored.type).contents(stored, self):
            self.resources.pop((one.type, one.id), None)
        del self.resources[stored.type, stored.id]

    def save(self, path: Path) -> None:
        """Write everything to `path`; the same cloud always gives the same text."""
        content = {
            "existing": self.existing,
            "blocked": sorted(self.blocked),
            "settings": self.settings,
            "resources": [asdict(stored) for stored in self.resources.values()],
        }
        path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """The ledger that was written to `path`."""
        content = json.loads(path.read_text())
        ledger = cls(content["existing"])
        ledger.blocked = set(content["blocked"])
        ledger.settings = content["settings"]
        stored = [Stored(**fields) for fields in content["resources"]]
        ledger.resources = {(one.type, one.id): one for one in stored}
        return ledger


def plain(value: str) -> str:
    """A link, an ID or a name in one form: without the host and the API's version."""
    return _LINK.sub("", value).removeprefix("serviceAccount:").strip("/")


def handles(stored: Stored) -> set[str]:
    """Everything by which others may name `stored`."""
    rules = rules_of(stored.type)
    names = [stored.id, stored.state.get("selfLink"), *rules.aliases(stored)]
    if rules.name is not None:
        names.append(stored.state.get(rules.name.property))
    return {plain(name) for name in names if isinstance(name, str) and name}
