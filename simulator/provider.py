"""The simulated cloud's second door: Pulumi's provider protocol, for the real engine.

Owns the translation between the protocol and `Cloud`'s operations, one provider a package. Decides nothing
about resources: what is refused, computed, changed in place or replaced is `Cloud`'s to say.

Secrets and outputs are declined in the handshake, so that the engine hands over plain values and marks the
answers itself: a property is secret where the input of the same name was. What is secret without being an
input (a generated password) is named by the SDK's own `additional_secret_outputs`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from importlib import metadata
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as protocol

from simulator.cloud import Cloud, CloudRefused, CloudUnready
from simulator.monitor import provider_settings
from simulator.provider_config import provider_difference
from simulator.refusal import refused_status, unready_status
from simulator.wire import from_wire, is_unknown_at, to_wire

PACKAGES = {
    "docker": "pulumi-docker",
    "gcp": "pulumi-gcp",
    "kubernetes": "pulumi-kubernetes",
    "random": "pulumi-random",
    "time": "pulumiverse-time",
    "vercel": "pulumiverse-vercel",
}
"""The packages that programs use, each to the distribution that carries its SDK."""

_SERVICE = protocol.DESCRIPTOR.services_by_name["ResourceProvider"]
_Changes = protocol.DiffResponse.DiffChanges
_Operation = Callable[[Any, Cloud], Message]


class CloudProvider:
    """One package's provider over the cloud that all packages share.

    Attributes:
        version: the version of the package's SDK; the engine warns of a provider that reports an older one.
    """

    def __init__(self, package: str, cloud: Cloud, lock: threading.Lock) -> None:
        self.version = metadata.version(PACKAGES[package])
        self._package, self._cloud, self._lock = package, cloud, lock
        self._seen: dict[str, Cloud] = {}

    def handler(self) -> grpc.GenericRpcHandler:
        """What a gRPC server needs to serve this provider; a method that is not here is unimplemented."""
        operations: dict[str, _Operation] = {
            "Attach": lambda *_: Empty(),
            "Cancel": lambda *_: Empty(),
            "Check": self._check,
            "CheckConfig": lambda request, _: protocol.CheckResponse(inputs=request.news),
            "Configure": self._configure,
            "Create": self._create,
            "Delete": self._delete,
            "Diff": self._diff,
            "DiffConfig": self._diff_config,
            "GetPluginInfo": lambda *_: plugin_pb2.PluginInfo(version=self.version),
            "GetSchema": self._get_schema,
            "Handshake": lambda *_: protocol.ProviderHandshakeResponse(),
            "Invoke": self._invoke,
            "Read": self._read,
            "Update": self._update,
        }
        served = {name: self._served(name, operation) for name, operation in operations.items()}
        return grpc.method_handlers_generic_handler(_SERVICE.full_name, served)

    def _served(self, name: str, operation: _Operation) -> grpc.RpcMethodHandler:
        """`operation`, one at a time, with a refusal as the error that the engine reports on the resource.

        It asks the cloud as its own provider is set: the engine opens a connection for each provider.
        """

        def answer(request: Message, context: grpc.ServicerContext) -> Message:
            with self._lock:
                try:
                    if name == "Configure":
                        self._seen[context.peer()] = self._configured(request)
                    return operation(request, self._seen.get(context.peer(), self._cloud))
                except CloudUnready as unready:
                    status = unready_status(unready)
                except CloudRefused as refusal:
                    status = refused_status(refusal)
            context.abort_with_status(status)
            raise AssertionError("abort always raises")

        method = _SERVICE.methods_by_name[name]
        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )

    def _configured(self, request: Any) -> Cloud:
        settings = provider_settings(from_wire(request.args))
        self._cloud.configure(self._package, settings)
        return self._cloud.through(settings)

    def _get_schema(self, _: protocol.GetSchemaRequest, __: Cloud) -> protocol.GetSchemaResponse:
        return protocol.GetSchemaResponse(schema=json.dumps({"name": self._package, "version": self.version}))

    def _configure(self, _: protocol.ConfigureRequest, __: Cloud) -> protocol.ConfigureResponse:
        return protocol.ConfigureResponse(supportsPreview=True)

    def _diff_config(self, request: protocol.DiffRequest, _: Cloud) -> protocol.DiffResponse:
        diff = provider_difference(self._package, from_wire(request.old_inputs), from_wire(request.news))
        return protocol.DiffResponse(
            changes=_Changes.DIFF_SOME if diff.changed else _Changes.DIFF_NONE,
            diffs=diff.changed,
            replaces=diff.replaces,
        )

    def _invoke(self, request: protocol.InvokeRequest, cloud: Cloud) -> protocol.InvokeResponse:
        response = protocol.InvokeResponse()
        # `return` is a keyword here, so that the field cannot be named in the constructor.
        getattr(response, "return").update(cloud.invoke(request.tok, from_wire(request.args)))
        return response

    def _check(self, request: protocol.CheckRequest, cloud: Cloud) -> protocol.CheckResponse:
        news = from_wire(request.news)
        olds = from_wire(request.olds) if request.HasField("olds") else None
        inputs, failures = cloud.check(request.type, request.urn, olds, news)
        return protocol.CheckResponse(
            inputs=to_wire(inputs),
            failures=[
                protocol.CheckFailure(property=path, reason=reason)
                for path, reason in failures
                # Nobody can judge in a preview what will be there: the up asks again.
                if not is_unknown_at(news, path)
            ],
        )

    def _diff(self, request: protocol.DiffRequest, cloud: Cloud) -> protocol.DiffResponse:
        diff = cloud.diff(
            request.type,
            request.id,
            from_wire(request.old_inputs),
            from_wire(request.olds),
            from_wire(request.news),
        )
        kinds = protocol.PropertyDiff.Kind
        return protocol.DiffResponse(
            changes=_Changes.DIFF_SOME if diff.changed else _Changes.DIFF_NONE,
            diffs=sorted({_top(path) for path in diff.changed}),
            replaces=sorted({_top(path) for path in diff.replaces}),
            deleteBeforeReplace=diff.delete_before_replace,
            hasDetailedDiff=True,
            detailedDiff={
                path: protocol.PropertyDiff(
                    kind=kinds.UPDATE_REPLACE if path in diff.replaces else kinds.UPDATE, inputDiff=True
                )
                for path in {*diff.changed, *diff.replaces}
            },
        )

    def _create(self, request: protocol.CreateRequest, cloud: Cloud) -> protocol.CreateResponse:
        inputs = from_wire(request.properties)
        if request.preview:
            known = cloud.preview_create(request.type, request.urn, inputs)
            return protocol.CreateResponse(properties=to_wire(known))
        created, state = cloud.create(request.type, request.urn, inputs)
        return protocol.CreateResponse(id=created, properties=to_wire(state))

    def _read(self, request: protocol.ReadRequest, cloud: Cloud) -> protocol.ReadResponse:
        found = cloud.read(request.type, request.id)
        if found is None:
            return protocol.ReadResponse()
        identity, inputs, state = found
        return protocol.ReadResponse(id=identity, inputs=to_wire(inputs), properties=to_wire(state))

    def _update(self, request: protocol.UpdateRequest, cloud: Cloud) -> protocol.UpdateResponse:
        olds, news = from_wire(request.olds), from_wire(request.news)
        if request.preview:
            return protocol.UpdateResponse(properties=to_wire({**olds, **news}))
        state = cloud.update(request.type, request.id, request.urn, olds, news)
        return protocol.UpdateResponse(properties=to_wire(state))

    def _delete(self, request: protocol.DeleteRequest, cloud: Cloud) -> Empty:
        cloud.delete(request.type, request.id, request.urn)
        return Empty()


def _top(path: str) -> str:
    """The top-level property of a property path."""
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
