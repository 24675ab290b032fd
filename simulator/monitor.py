"""What Pulumi's runtime talks to in place of the engine: it makes every resource in the simulated cloud.

Owns what the engine itself does: URNs, default providers, secret outputs, the graph. A refusal is written
down and the program goes on, so that one plan tells everything that is wrong.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.settings import get_project, get_stack

from simulator.cloud import Cloud, CloudRefused
from simulator.rules import RULES
from simulator.rules.model import Need
from simulator.schema import SchemaMissingError, resource_schema
from simulator.values import SecretValue, from_struct, opened, sealed_as, to_struct

STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"


@dataclass(frozen=True, kw_only=True)
class PlannedResource:
    """One resource of a plan.

    Attributes:
        urn: its unique name.
        type: its type token.
        name: its name in the program.
        parent: its parent's URN; empty for the stack's own children.
        custom: whether a provider makes it; a component is made by none.
        inputs: what the program asked for, names as on the wire; a secret is a `SecretValue`.
        state: what is known of it once made, likewise.
        id: its ID; empty for a component.
        dependencies: the URNs of the resources that must be made before.
        protect: whether Pulumi refuses to delete it.
        provider: the URN of the provider given; empty for a default provider.
        options: further resource options that were given, by name.
    """

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: dict[str, Any]
    state: dict[str, Any]
    id: str
    dependencies: tuple[str, ...]
    protect: bool
    provider: str
    options: dict[str, Any] = field(default_factory=dict)


class _NoMocks(Mocks):
    """Nothing asks it: the monitor answers by itself."""

    def call(self, args: Any) -> tuple[dict, list[tuple[str, str]] | None]:
        raise NotImplementedError(args)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict]:
        raise NotImplementedError(args)


class CloudMonitor(MockMonitor):
    """A monitor over a simulated cloud.

    Attributes:
        planned: every resource but the stack, in the order of registration.
        findings: what is wrong, in the order of its finding.
        outputs: the stack's outputs.
        needs: URN to what must be among its ancestors.
    """

    def __init__(self, cloud: Cloud, disabled_providers: frozenset[str] = frozenset()) -> None:
        super().__init__(_NoMocks())
        self.planned: dict[str, PlannedResource] = {}
        self.findings: list[str] = []
        self.outputs: dict[str, Any] = {}
        self.needs: dict[str, list[Need]] = {}
        self._cloud, self._disabled = cloud, disabled_providers
        self._providers: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN as the engine makes it: the types of all parents but the stack, then its own."""
        above = parent.split("::")[2] if parent else STACK
        qualified = type_ if above == STACK else f"{above}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Make a resource, or write down why it cannot be made."""
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            if request.type == STACK:
                return resource_pb2.RegisterResourceResponse(urn=urn)
            if urn in self.planned:
                self._find(request, "name", f"{urn} is declared twice; give one of them another name")
            inputs = from_struct(request.object)
            identity, state = self._made(request, urn, inputs) if request.custom else ("", dict(inputs))
            self.planned[urn] = _planned(request, urn, inputs, identity, state)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=to_struct(state))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Keep the stack's outputs; a component's are the program's own values."""
        if f"::{STACK}::" in request.urn:
            self.outputs = from_struct(request.outputs)
        return Empty()

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Look up a resource that the program does not own."""
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            found = self._read(request)
            if found is None and not self._cloud.ledger.was_there(request.id):
                self._find(request, "id", f"{request.id!r} does not exist; name something that does")
            state = found[2] if found else {**opened(from_struct(request.properties)), "id": request.id}
        return resource_pb2.ReadResourceResponse(urn=urn, properties=to_struct(state))

    def _read(self, request: Any) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        try:
            return self._through(request).read(request.type, request.id)
        except CloudRefused as refused:
            self._find(request, "id", refused.reason)
            return None

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Answer a provider's function."""
        response = resource_pb2.ResourceInvokeResponse()
        with self._lock:
            try:
                answer = self._through(request).invoke(request.tok, opened(from_struct(request.args)))
                getattr(response, "return").update(answer)
            except CloudRefused as refused:
                failure = provider_pb2.CheckFailure(property=refused.property or "", reason=refused.reason)
                response.failures.append(failure)
        return response

    def _made(self, request: Any, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if request.type.startswith(_PROVIDER):
            return self._provider(request, urn, inputs)
        self._refuse_default_provider(request)
        cloud = self._through(request)
        kind, plain = request.type, {key: value for key, value in opened(inputs).items() if value is not None}
        checked, failures = cloud.check(kind, urn, None, plain)
        for path, reason in failures:
            self._find(request, path, reason)
        try:
            if not failures:
                self.needs[urn] = cloud.expectations(kind, urn, checked)
                cloud.attempt(urn)
                for path, reason in cloud.refusals(kind, urn, checked):
                    self._find(request, path, reason)
            identity, state = cloud.put(kind, urn, checked)
        except CloudRefused as refused:
            self._find(request, refused.property or "id", refused.reason)
            identity, state = request.name, {**checked, "id": request.name}
        return identity, self._sealed(request, inputs, state)

    def _provider(self, request: Any, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        package, settings = request.type.removeprefix(_PROVIDER), provider_settings(opened(inputs))
        self._providers[urn] = settings
        self._cloud.configure(package, settings)
        return "simulated", dict(inputs)

    def _through(self, request: Any) -> Cloud:
        """The cloud as the resource's own provider is set."""
        return self._cloud.through(self._providers.get(_urn_of(request.provider), {}))

    def _refuse_default_provider(self, request: Any) -> None:
        package = request.type.split(":")[0]
        if not request.provider and self._disabled & {package, "*"}:
            reason = f"default providers of {package!r} are disabled; pass a provider to it or to its parent"
            self._find(request, "provider", reason)

    def _sealed(self, request: Any, inputs: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """The state with its secrets: what was given as one, and what the SDK's class names."""
        try:
            named = {*resource_schema(request.type).secret_outputs, *request.additionalSecretOutputs}
        except SchemaMissingError:
            named = set(request.additionalSecretOutputs)
        marked = {
            key: SecretValue(value) if key in named and value is not None else value
            for key, value in state.items()
        }
        return sealed_as(
            marked, {**inputs, **{key: value for key, value in marked.items() if key not in inputs}}
        )

    def _find(self, request: Any, path: str, reason: str) -> None:
        self.findings.append(f"{request.name} ({request.type}): {path}: {reason}")


def _urn_of(reference: str) -> str:
    """The URN in a reference to a provider, which has its ID behind it."""
    return reference.rsplit("::", 1)[0]


def provider_settings(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A provider's settings, of which the SDK sends everything but text as JSON."""
    settings = {}
    for key, value in inputs.items():
        try:
            decoded = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            decoded = value
        settings[key] = (
            value if isinstance(decoded, (int, float)) and not isinstance(decoded, bool) else decoded
        )
    return settings


def unruled(planned: Mapping[str, PlannedResource]) -> list[str]:
    """The types of which only the shape was checked."""
    types = {one.type for one in planned.values() if one.custom and not one.type.startswith(_PROVIDER)}
    return sorted(types - RULES.keys())


def _planned(
    request: Any, urn: str, inputs: dict[str, Any], identity: str, state: dict[str, Any]
) -> PlannedResource:
    parent = request.parent if f"::{STACK}::" not in request.parent else ""
    names = (
        "ignoreChanges",
        "retainOnDelete",
        "deleteBeforeReplace",
        "deletedWith",
        "importId",
        "replaceOnChanges",
    )
    options = {name: getattr(request, name) for name in names if getattr(request, name)}
    timeouts = request.customTimeouts
    options |= (
        {"customTimeouts": {field.name: value for field, value in timeouts.ListFields()}}
        if timeouts.ListFields()
        else {}
    )
    return PlannedResource(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=parent,
        custom=request.custom,
        inputs=inputs,
        state=state,
        id=identity,
        dependencies=tuple(sorted(request.dependencies)),
        protect=request.protect,
        provider=_urn_of(request.provider),
        options={
            key: list(value) if key in {"ignoreChanges", "replaceOnChanges"} else value
            for key, value in options.items()
        },
    )
