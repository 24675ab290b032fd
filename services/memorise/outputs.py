"""memorise's stack outputs, named for their readers. None is a secret, or tells one."""

from __future__ import annotations

from typing import Any

from services.memorise.containers import CONTENT_URL
from services.memorise.memorise import Memorise
from services.memorise.settings import WEBHOOK


def memorise_outputs(memorise: Memorise) -> dict[str, Any]:
    """Name to value; the names are an interface. Those of secrets are names in Secret Manager."""
    outputs: dict[str, Any] = {
        "memorise_url": memorise.url,
        "memorise_webhook_url": f"{memorise.url}{WEBHOOK}",
        "memorise_webhook_key_secret": memorise.api.webhook_key.secret,
        "memorise_ingest_key_secret": memorise.content.ingest_key.secret,
        "memorise_namespace": memorise.namespace,
        "memorise_ai_engine_image": memorise.api.image,
        "memorise_content_engine_image": memorise.content_image,
        "memorise_qdrant_url": memorise.stores.qdrant_url,
    }
    if memorise.content.way:
        outputs["memorise_content_engine_url"] = CONTENT_URL
    if memorise.stores.snapshots:
        outputs["memorise_qdrant_snapshots"] = memorise.stores.snapshots
    if memorise.stores.redis:
        outputs["memorise_redis_host"] = memorise.stores.redis.host
    return outputs
