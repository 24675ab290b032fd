"""What a rehearsal changes in a stack that runs llm_gateway in clusters, and what each change may touch.

The canary's life in order: it begins with no share, is raised, taken back, raised to all, finished, and taken
away. Each is one setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.change import Change

CANARY_IMAGE = f"europe-west1-docker.pkg.dev/axiom/images/gateway@sha256:{'c4' * 32}"

_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::llm-gateway-*"
_PODS = "kubernetes:apps/v1:Deployment::llm-gateway-*"
_SECRET = "kubernetes:core/v1:Secret::llm-gateway-*"
_FILES = "kubernetes:core/v1:ConfigMap::llm-gateway-*-files"
_WITH = "llm_gateway.image"
_CREDENTIAL = "llm_gateway.credentials.openai-prod-chat"
_KEPT_BY_HAND = f"{_CREDENTIAL}.secret.secret"
"""Such a key has no entry of the stack's own in Secret Manager, whose protection would change as well."""

LLM_GATEWAY_CHANGES: Sequence[Change] = (
    Change(
        title="a canary that takes nothing yet",
        settings={"llm_gateway.canary": {"image": CANARY_IMAGE, "weight": 0}},
        only_with=_WITH,
        touches={
            "*::llm-gateway-*-canary*": "create",
            "*::llm-gateway-*-migration-*": "create",
            _ROUTE: "update",
        },
    ),
    Change(
        title="half of the requests for the canary",
        settings={"llm_gateway.canary.weight": 50},
        only_with=_WITH,
        touches={_ROUTE: "update"},
    ),
    Change(
        title="the canary taken back",
        settings={"llm_gateway.canary.weight": 0},
        only_with=_WITH,
        touches={_ROUTE: "update"},
    ),
    Change(
        title="all requests for the canary",
        settings={"llm_gateway.canary.weight": 100},
        only_with=_WITH,
        touches={_ROUTE: "update"},
    ),
    Change(
        title="the canary finished: its image is the stable one",
        settings={"llm_gateway.image": CANARY_IMAGE},
        only_with=_WITH,
        # The migration of that image is done; that of the last one goes with it.
        touches={_PODS: "update", "*::llm-gateway-*-migration-*": "delete"},
    ),
    Change(
        title="the canary taken away",
        settings={"llm_gateway.canary": None},
        only_with=_WITH,
        touches={"*::llm-gateway-*-canary*": "delete", _ROUTE: "update"},
    ),
    Change(
        title="another metrics token",
        settings={"llm_gateway.metrics.token_generation": 2},
        only_with=_WITH,
        touches={
            "random:index/randomPassword:RandomPassword::llm-gateway-*metrics-token-value": "replace",
            "gcp:secretmanager/secretVersion:SecretVersion::llm-gateway-*metrics-token-version": "replace",
            _SECRET: "update",
            _PODS: "update",
        },
    ),
    Change(
        title="a later alert on latency",
        settings={"llm_gateway.alerts.latency_seconds": 90},
        only_with=_WITH,
        touches={"gcp:monitoring/alertPolicy:AlertPolicy::llm-gateway-latency": "update"},
    ),
    Change(
        title="another weight of a credential",
        settings={f"{_CREDENTIAL}.weight": 7},
        only_with=_CREDENTIAL,
        touches={_FILES: "update", _PODS: "update"},
    ),
    Change(
        title="a credential disabled",
        settings={f"{_CREDENTIAL}.enabled": False},
        only_with=_KEPT_BY_HAND,
        touches={_FILES: "update", _SECRET: "update", _PODS: "update"},
    ),
    Change(
        title="the credential enabled again",
        settings={f"{_CREDENTIAL}.enabled": True},
        only_with=_KEPT_BY_HAND,
        touches={_FILES: "update", _SECRET: "update", _PODS: "update"},
    ),
)
"""Done, they leave the stack's file with another image, token, alert and weight."""
