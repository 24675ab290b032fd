"""What the cloud refuses: what is wrong with the properties alone, and what in the cloud as it is.

Owns how rules are applied, and no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.documented import undocumented
from simulator.ledger import Ledger
from simulator.rules import RULES, rules_of
from simulator.rules.model import Need, Reference, Refusal, Request, Stored
from simulator.schema import ResourceSchema
from simulator.shape import shape_failures

# These take their place from what they are attached to.
_PLACED_BY_OTHERS = (
    "IamMember",
    "IAMMember",
    "secretVersion",
    "attachedDisk",
    "diskResourcePolicyAttachment",
)
_API = "gcp:projects/service:Service"

# Nearly every type of the provider has it, and refuses its own deletion by it.
_EVERYWHERE = {"deletionPolicy": ("PREVENT", False)}


def wrong_inputs(schema: ResourceSchema, request: Request) -> list[Refusal]:
    """What is wrong with the properties, whatever exists: their shape first, and only then their values."""
    rules = rules_of(request.type)
    found = [*shape_failures(schema.inputs, request.inputs), *_nowhere(schema, request)]
    if found:
        return found
    found += undocumented(schema.inputs, request.inputs)
    found += rules.name.refusals(request.inputs) if rules.name else ()
    for path, values in rules.values.items():
        allowed = sorted(values)
        found += [
            (at, f"{value!r} is not allowed; use one of {', '.join(allowed)}")
            for at, value in request.every(path)
            if value not in allowed
        ]
    for path, (least, most) in rules.ranges.items():
        found += [
            (at, f"{value} is out of range; use {least:g} to {most:g}")
            for at, value in request.every(path)
            if not least <= value <= most
        ]
    for path, (pattern, says) in rules.patterns.items():
        found += [
            (at, f"{value!r} has the wrong form; use {says}")
            for at, value in request.every(path)
            if not re.fullmatch(pattern, str(value))
        ]
    # What compares values relies on each of them having its form.
    return found or list(rules.wrong(request))


def _nowhere(schema: ResourceSchema, request: Request) -> Iterator[Refusal]:
    """A resource that says no project, region or zone, where its provider says none either."""
    if not request.type.startswith("gcp:") or any(part in request.type for part in _PLACED_BY_OTHERS):
        return
    for place in ("project", "region", "zone") if request.type in RULES else ():
        wanted = schema.inputs.get(place)
        given = place in request.inputs or request.world.setting("gcp", place)
        if wanted and not wanted.required and not given:
            yield place, "is required and missing; give it, or set it on the provider"


def refusals(ledger: Ledger, request: Request, identity: str) -> Iterator[Refusal]:
    """What is wrong with the request in this cloud as it is."""
    rules = rules_of(request.type)
    taken = ledger.resources.get((request.type, identity))
    name = rules.name.property if rules.name else "id"
    if taken is not None and request.id is None and rules.identity_is_unique:
        yield name, f"{identity} is in use by {taken.urn}; give another name"
    if request.id is None and (ledger.buried(f"{request.type} {identity}")):
        yield name, f"{identity} was deleted and its name stays blocked for a week; give another name"
    for reference in rules.references:
        yield from _dangling(ledger, request, reference)
    for need in rules.needs(request):
        if need.found is None:
            yield need.property, need.reason
    yield from rules.refused(request)


def _dangling(ledger: Ledger, request: Request, reference: Reference) -> Iterator[Refusal]:
    for path, value in request.every(reference.path):
        if value == "" or reference.is_foreign(value) or ledger.find(value, *reference.types):
            continue
        if not ledger.was_there(value):
            kinds = " or ".join(token.rsplit(":", 1)[-1] for token in reference.types)
            yield path, f"{value!r} names no {kinds} that exists; pass an output of one, or make it first"


def expectations(ledger: Ledger, request: Request) -> list[Need]:
    """What must be an ancestor of the resource in the program's graph: what it names, and what it needs."""
    rules = rules_of(request.type)
    named = [
        Need(property=path, found=ledger.find(value, *reference.types), reason=str(value))
        for reference in rules.references
        for path, value in request.every(reference.path)
        if not reference.is_foreign(value)
    ]
    return [need for need in [*named, *rules.needs(request)] if need.found is not None]


def service_need(ledger: Ledger, request: Request) -> Need | None:
    """The API that the resource belongs to, where it is the program that enables APIs."""
    api = rules_of(request.type).api
    enabled = [one for one in ledger.all(_API) if one.get("project") == request.project]
    if api is None or not enabled or ledger.was_there(api):
        return None
    found = next((one for one in enabled if one.get("service") == api), None)
    reason = f"{api} is not enabled in {request.project}; enable it, and pass a project that waits for it"
    return Need(property="project", found=found, reason=reason)


def undeletable(ledger: Ledger, stored: Stored) -> Iterator[Refusal]:
    """Why `stored` cannot be deleted now."""
    rules = rules_of(stored.type)
    for path, (value, when_absent) in {**_EVERYWHERE, **rules.protections}.items():
        given = Request(type=stored.type, urn=stored.urn, inputs=stored.inputs, world=ledger).get(path)
        if given == value or (given is None and when_absent):
            yield path, f"is {value!r}, which refuses deletion; change it, run an update, then delete"
    for reason in rules.undeletable(stored, ledger):
        yield "id", reason
    for user, path in ledger.users_of(stored):
        yield "id", f"{stored.id} is in use by {path} of {user.urn}; delete or change that first"
