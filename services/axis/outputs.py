"""AXIS's stack outputs, named for their readers. None is a secret, or tells one."""

from __future__ import annotations

from typing import Any

from services.axis.axis import Axis


def axis_outputs(axis: Axis) -> dict[str, Any]:
    """Name to value; the names are an interface, and the README says who reads each."""
    stores = axis.stores
    outputs: dict[str, Any] = {
        "axis_api_url": axis.api_url,
        "axis_api_service": axis.api.service.service_name,
        "axis_api_revision": axis.api.service.revision,
        "axis_api_image": axis.api.image,
        "axis_frontend_url": axis.frontend_url,
        "axis_frontend_env": axis.frontend.build_environment(),
        "axis_postgres_instance": stores.postgres.connection_name,
        "axis_postgres_host": stores.postgres.host,
    }
    if stores.redis:
        outputs["axis_redis_host"] = stores.redis.host
    if stores.falkordb:
        outputs["axis_graph_host"] = stores.falkordb.host
    if axis.entrance:
        outputs["axis_load_balancer_address"] = axis.entrance.address
    return outputs
