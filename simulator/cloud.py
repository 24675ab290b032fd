"""The simulated cloud: the operations that both doors share, on plain values.

Owns the order of things in each operation and the faults that a test asks for. What is refused, computed or
replaced is said by `rules`, applied by `judging`, `computing` and `differing`; what exists is in `ledger`.
Values are plain: secrets unwrapped, an unknown value is `simulator.paths.UNKNOWN`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.computing import identity_of, known_before, state_of
from simulator.differing import Diff, difference
from simulator.faults import CloudRefused, CloudUnready, Faults
from simulator.functions import answer_of
from simulator.judging import expectations, refusals, service_need, undeletable, wrong_inputs
from simulator.ledger import Ledger
from simulator.naming import automatic_name, is_automatic_name
from simulator.paths import UNKNOWN
from simulator.rules import rules_of
from simulator.rules.model import Need, Request, Stored
from simulator.schema import SchemaMissingError, resource_schema

__all__ = ["Cloud", "CloudRefused", "CloudUnready", "Diff"]


class Cloud:
    """The resources that exist, and what can be done to them.

    Attributes:
        ledger: what exists.
    """

    def __init__(
        self,
        existing: Iterable[str] = (),
        fail_on: int | str | None = None,
        unready: str | None = None,
    ) -> None:
        """Make an empty cloud.

        Args:
            existing: names of what was there before, e.g. `projects/p/secrets/openai`.
            fail_on: the number of the mutating operation that fails, counted from one; or the end of a URN,
                the first operation on which fails. It fails once.
            unready: the end of a URN of something that is awaited (a Deployment, a Job): the first time it is
                made or changed, it is, and does not become ready.
        """
        self.ledger = Ledger(existing)
        self._faults = Faults(fail_on, unready)
        self._provider: Mapping[str, Any] = {}

    @property
    def operations(self) -> int:
        """How many mutating operations were asked for."""
        return self._faults.operations

    def through(self, provider: Mapping[str, Any]) -> Cloud:
        """This same cloud, asked through a provider with these settings: what is in a cluster needs one."""
        seen = copy.copy(self)
        seen._provider = dict(provider)
        return seen

    def configure(self, package: str, settings: Mapping[str, Any]) -> None:
        """Take a provider's settings: the project, region, zone and labels of resources that name none."""
        self.ledger.settings.setdefault(package, {}).update(settings)

    def check(
        self,
        type: str,
        urn: str,
        olds: Mapping[str, Any] | None,
        news: Mapping[str, Any],
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The inputs with the name that the provider makes, and what is wrong with them."""
        try:
            schema = resource_schema(type)
        except SchemaMissingError as missing:
            return dict(news), [("type", str(missing))]
        rules = rules_of(type)
        inputs = dict(news)
        if rules.name is not None and inputs.get(rules.name.property) is None:
            inputs |= self._named(self._request(type, urn, inputs), olds)
        if rules.filled is not None:
            inputs = dict(rules.filled(self._request(type, urn, inputs), olds))
        return inputs, wrong_inputs(schema, self._request(type, urn, inputs))

    def diff(
        self,
        type: str,
        id: str,
        olds_inputs: Mapping[str, Any],
        olds_state: Mapping[str, Any],  # noqa: ARG002 - the provider protocol's, for which the doors have it
        news: Mapping[str, Any],
    ) -> Diff:
        """What a change of inputs comes to."""
        stored = self._stored(type, id)
        automatic = stored is not None and self._is_automatic(stored)
        request = self._request(type, stored.urn if stored else "", news, self._kept(type, id))
        return difference(request, olds_inputs, name_is_automatic=automatic)

    def preview_create(self, type: str, urn: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The state as far as it is known before creation."""
        unknown = dict.fromkeys(resource_schema(type).outputs, UNKNOWN)
        return {**unknown, **known_before(self._request(type, urn, inputs)), **inputs}

    def create(self, type: str, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Make a resource; its ID and its state."""
        self.attempt(urn)
        request = self._request(type, urn, inputs)
        identity = self._identity(request)
        service = service_need(self.ledger, request)
        if service is not None and service.found is None:
            raise CloudRefused(service.reason, service.property)
        for path, reason in refusals(self.ledger, request, identity):
            raise CloudRefused(reason, path)
        return self.put(type, urn, inputs)

    def put(self, type: str, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Make a resource without asking whether it may be made."""
        request = self._request(type, urn, inputs)
        return self._store(request, identity_of(request))

    def refusals(self, type: str, urn: str, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Everything for which `create` would refuse."""
        request = self._request(type, urn, inputs)
        return list(refusals(self.ledger, request, self._identity(request)))

    def expectations(self, type: str, urn: str, inputs: Mapping[str, Any]) -> list[Need]:
        """What must come before the resource: what it names, and what it needs without naming it."""
        return expectations(self.ledger, self._request(type, urn, inputs))

    def service_need(self, type: str, urn: str, inputs: Mapping[str, Any]) -> Need | None:
        """The API that must be enabled before, where it is the program that enables APIs."""
        return service_need(self.ledger, self._request(type, urn, inputs))

    def update(
        self,
        type: str,
        id: str,
        urn: str,
        olds: Mapping[str, Any],  # noqa: ARG002 - the provider protocol's, for which the doors have it
        news: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Change a resource in place; its new state."""
        self.attempt(urn)
        request = self._request(type, urn, news, self._kept(type, id))
        self._reach(type)
        if self._stored(type, id) is None:
            raise CloudRefused(f"{id} does not exist any more; refresh first")
        for path, reason in refusals(self.ledger, request, self._kept(type, id)):
            raise CloudRefused(reason, path)
        return self._store(request, id)[1]

    def read(self, type: str, id: str) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """A resource's ID, inputs and state, or `None` when it does not exist."""
        self._reach(type)
        stored = self._stored(type, id)
        return (id, stored.inputs, stored.state) if stored else None

    def delete(self, type: str, id: str, urn: str) -> None:
        """Delete a resource; one that is gone already is no fault."""
        self.attempt(urn)
        self._reach(type)
        stored = self._stored(type, id)
        if stored is None:
            return
        for path, reason in undeletable(self.ledger, stored):
            raise CloudRefused(reason, path)
        self.ledger.remove(stored)
        self.ledger.blocked.update(f"{type} {name}" for name in rules_of(type).buries(stored))

    def invoke(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a provider's function.

        Raises:
            CloudRefused: the simulated cloud has no such function.
        """
        answer = answer_of(self.ledger, token, args)
        if answer is None:
            raise CloudRefused(f"{token} is not simulated; take the value from settings instead")
        return answer

    def save(self, path: Path) -> None:
        """Write what exists to `path`."""
        self.ledger.save(path)

    @classmethod
    def load(cls, path: Path) -> Cloud:
        """The cloud that was written to `path`, without its faults."""
        cloud = cls()
        cloud.ledger = Ledger.load(path)
        return cloud

    def attempt(self, urn: str) -> None:
        """Count a mutating operation, and fail it if it is the one that was asked to fail."""
        self._faults.attempt(urn)

    def _request(
        self, type_token: str, urn: str, inputs: Mapping[str, Any], identity: str | None = None
    ) -> Request:
        return Request(
            type=type_token,
            urn=urn,
            inputs=inputs,
            world=self.ledger,
            id=identity,
            provider=self._provider,
        )

    def _kept(self, type_token: str, identity: str) -> str:
        """The ID under which the ledger keeps what the provider calls `identity`."""
        place = rules_of(type_token).place(self._request(type_token, "", {}))
        return f"{place}#{identity}" if place else identity

    def _reach(self, type_token: str) -> None:
        """Refuse what is asked of a place that is not there any more, unless it may be forgotten."""
        reason = rules_of(type_token).unreachable(self._request(type_token, "", {}))
        if reason is not None and self._provider.get("deleteUnreachable") not in (True, "true"):
            raise CloudRefused(f"{reason}; to forget what was in it, set deleteUnreachable on the provider")

    def _identity(self, request: Request) -> str:
        return self._kept(request.type, identity_of(request))

    def _stored(self, type_token: str, identity: str) -> Stored | None:
        return self.ledger.resources.get((type_token, self._kept(type_token, identity)))

    def _store(self, request: Request, identity: str) -> tuple[str, dict[str, Any]]:
        """Keep a resource, and wait until it is ready."""
        ready = not rules_of(request.type).awaited or self._faults.becomes_ready(request.urn)
        state = state_of(request, resource_schema(request.type), identity)
        kept = self._kept(request.type, identity)
        self.ledger.resources[request.type, kept] = Stored(
            type=request.type, id=kept, urn=request.urn, inputs=dict(request.inputs), state=state
        )
        if not ready:
            state["status"] = {"conditions": [{"type": "Failed", "status": "True"}]}
            raise CloudUnready(f"{identity} was made and did not become ready", identity, state)
        return identity, state

    def _named(self, request: Request, olds: Mapping[str, Any] | None) -> dict[str, Any]:
        """The name that the provider makes: the one it made before, else the first that is free."""

        def is_free(made: Mapping[str, str]) -> bool:
            identity = self._identity(replace(request, inputs={**request.inputs, **made}))
            blocked = self.ledger.buried(f"{request.type} {identity}")
            return (request.type, identity) not in self.ledger.resources and not blocked

        return automatic_name(request, resource_schema(request.type), olds, is_free)

    def _is_automatic(self, stored: Stored) -> bool:
        request = self._request(stored.type, stored.urn, stored.inputs)
        return is_automatic_name(request, resource_schema(stored.type))
