"""A refusal of the simulated cloud as the status that the engine reads from a provider."""

from __future__ import annotations

from collections import namedtuple

import grpc
from google.protobuf.any_pb2 import Any as Packed
from pulumi.runtime.proto import provider_pb2 as protocol
from pulumi.runtime.proto import status_pb2

from simulator.faults import CloudRefused, CloudUnready
from simulator.wire import to_wire

_DETAILS = "grpc-status-details-bin"


class Status(namedtuple("Status", ("code", "details", "trailing_metadata")), grpc.Status):
    """What a call ends with."""


def refused_status(refused: CloudRefused) -> grpc.Status:
    """Nothing was done."""
    return Status(grpc.StatusCode.FAILED_PRECONDITION, str(refused), ())


def unready_status(unready: CloudUnready) -> grpc.Status:
    """Something was done, and the engine is told what: it keeps it, and goes on with it the next time."""
    detail = Packed()
    detail.Pack(
        protocol.ErrorResourceInitFailed(
            id=unready.id, properties=to_wire(unready.state), reasons=[unready.reason]
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=unready.reason, details=[detail])
    return Status(code, unready.reason, ((_DETAILS, status.SerializeToString()),))
