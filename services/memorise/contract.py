"""What memorise's two engines are told, name by name: the environment contract of its document as data.

COLLECTION_NAME and EMBEDDING_MODEL come from `shared` alone, which both engines get: they can't differ, and
neither engine's `env` may say them again.
"""

from __future__ import annotations

from services.memorise.settings import MemoriseSettings
from services.settings import SecretSetting

INGEST_KEY = "INGEST_API_KEY"
CONTENT_KEY = "CONTENT_ENGINE_API_KEY"
"""The Content Engine's INGEST_API_KEY, under the name that its callers know it by."""

REDIS_DIRECTORY, REDIS_AUTHORITY = "/etc/redis", "ca.pem"
"""Where the AI Engine finds the authority that signed for Redis."""

SCRATCH = "/tmp"  # noqa: S108 - the pod's own
AI_ENGINE_PORT = 8000

_FROM_ELSEWHERE = ("QDRANT_API_URL", "QDRANT_API_KEY", "REDIS_URL", "CONTENT_ENGINE_URL", CONTENT_KEY)


def shared(settings: MemoriseSettings) -> dict[str, str]:
    """What both engines must agree on, and where a model is put that is fetched at the start."""
    return {
        "COLLECTION_NAME": settings.collection_name,
        "EMBEDDING_MODEL": settings.embedding_model,
        "FASTEMBED_CACHE_PATH": f"{SCRATCH}/fastembed",
        "HF_HOME": f"{SCRATCH}/huggingface",
        "HOME": SCRATCH,
    }


def ai_engine_variables(settings: MemoriseSettings) -> dict[str, str]:
    """The AI Engine's plain variables that follow from the settings, its own among them."""
    engine, keycloak, router = settings.ai_engine, settings.keycloak, settings.openrouter
    variables = {**shared(settings), engine.cors_variable: ",".join(settings.cors_origins)}
    if keycloak:
        variables["KEYCLOAK_BASE_URL"] = keycloak.url
        variables["KEYCLOAK_REALM"] = keycloak.realm
        variables["KEYCLOAK_CLIENT_ID"] = keycloak.client_id
    if router:
        variables["OPENROUTER_API_URL"] = router.url
        if router.model:
            variables["OPENROUTER_NARRATIVE_MODEL"] = router.model
    return variables | engine.env


def content_engine_variables(settings: MemoriseSettings) -> dict[str, str]:
    """The Content Engine's plain variables that follow from the settings, its own among them."""
    engine = settings.content_engine
    address = {"HOST": "0.0.0.0", "PORT": str(engine.port)}  # noqa: S104 - what listens on less can't be reached
    return {**shared(settings), **address, **engine.env}


def ai_engine_secrets(settings: MemoriseSettings) -> dict[str, SecretSetting]:
    """The AI Engine's own secrets and where each comes from; its INGEST_API_KEY is RudderStack's to send."""
    secrets = {INGEST_KEY: SecretSetting(source="generated")}
    if settings.openrouter:
        secrets["OPENROUTER_API_KEY"] = SecretSetting(source="config")
    if settings.keycloak:
        secrets["KEYCLOAK_CLIENT_SECRET"] = SecretSetting(source="config")
    return secrets | settings.ai_engine.secrets


def content_engine_secrets(settings: MemoriseSettings) -> dict[str, SecretSetting]:
    """The Content Engine's own secrets, likewise; its INGEST_API_KEY is another one, known inside alone."""
    return {INGEST_KEY: SecretSetting(source="generated")} | settings.content_engine.secrets


def qdrant_key(settings: MemoriseSettings) -> SecretSetting:
    """Where Qdrant's key comes from: Qdrant Cloud gives one, a Qdrant of our own is given one."""
    return settings.qdrant.api_key or SecretSetting(source="config" if settings.qdrant.url else "generated")


def own_variables(settings: MemoriseSettings, engine: str) -> frozenset[str]:
    """The names that `env` and `secrets` of an engine leave alone: they follow from other settings."""
    bare = settings.model_copy(
        update={
            "ai_engine": settings.ai_engine.model_copy(update={"env": {}}),
            "content_engine": settings.content_engine.model_copy(update={"env": {}}),
        }
    )
    plain = ai_engine_variables(bare) if engine == "ai_engine" else content_engine_variables(bare)
    return frozenset({*plain, *_FROM_ELSEWHERE})
