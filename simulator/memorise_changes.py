"""What a rehearsal changes in a stack that runs memorise, and which pods each change may touch."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.change import Change

_WITH = "memorise.domain"
_API = "kubernetes:apps/v1:Deployment::memorise-ai-engine-api-*"
_API_CONFIG = "kubernetes:core/v1:ConfigMap::memorise-ai-engine-config-*"

MEMORISE_CHANGES: Sequence[Change] = (
    Change(
        title="a plain variable of the AI Engine",
        settings={"memorise.ai_engine.env.RECSYS_FINAL_LIMIT": "7"},
        only_with=_WITH,
        touches={_API_CONFIG: "update", _API: "update"},
    ),
    Change(
        title="another front end",
        settings={"memorise.cors_origins": ["https://visit.acme.com", "https://school.acme.com"]},
        only_with=_WITH,
        touches={_API_CONFIG: "update", _API: "update"},
    ),
    Change(
        title="another collection, for both engines at once",
        settings={"memorise.collection_name": "letters"},
        only_with=_WITH,
        touches={
            "kubernetes:core/v1:ConfigMap::memorise-*-engine-config-*": "update",
            "kubernetes:apps/v1:Deployment::memorise-*-engine*": "update",
        },
    ),
    Change(
        title="another key for RudderStack",
        settings={"memorise.ai_engine.secrets.INGEST_API_KEY": {"source": "generated", "generation": 2}},
        only_with=_WITH,
        touches={
            "random:index/randomPassword:RandomPassword::memorise-ai-engine-ingest-api-key-value": "replace",
            "gcp:secretmanager/secretVersion:SecretVersion::memorise-ai-engine-ingest-api-key-*": "replace",
            "kubernetes:core/v1:Secret::memorise-ai-engine-secrets-*": "update",
            _API: "update",
        },
    ),
    Change(
        title="another path for the public",
        settings={"memorise.ai_engine.public_paths": ["/api/recommend", "/api/whoami"]},
        only_with=_WITH,
        touches={"kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::memorise-ai-engine-api-*": "update"},
    ),
    Change(
        title="more of RudderStack's events in a minute",
        settings={"memorise.rudderstack.requests_per_minute": 2400},
        only_with=_WITH,
        touches={"gcp:compute/securityPolicy:SecurityPolicy::memorise-ai-engine-api-*": "update"},
    ),
    Change(
        title="more room for the collection",
        settings={"memorise.qdrant.disk_size_gb": 40},
        only_with=_WITH,
        touches={"kubernetes:core/v1:PersistentVolumeClaim::memorise-qdrant-*": "update"},
    ),
    Change(
        title="the snapshots' schedule",
        settings={"memorise.qdrant.snapshots.schedule": "30 1 * * *"},
        only_with=_WITH,
        touches={"kubernetes:batch/v1:CronJob::memorise-qdrant-*": "update"},
    ),
)
"""For a stack whose Qdrant is in the cluster."""
