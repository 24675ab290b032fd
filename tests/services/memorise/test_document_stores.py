"""What memorise's document says of its data stores, sentence by sentence, over a plan."""

from __future__ import annotations

from simulator.in_process import Plan
from tests.services.memorise.reading import api, secret
from tests.services.memorise.stacks import (
    CLOUD,
    container,
    objects,
    planned,
    pod,
)


def test_qdrant_cloud_is_asked_at_its_url_with_its_key(cloud: Plan) -> None:
    for engine in ("ai-engine", "content-engine"):
        assert objects(cloud, "ConfigMap")[f"{engine}-config"]["data"]["QDRANT_API_URL"] == CLOUD
        assert secret(cloud, f"{engine}-secrets")["QDRANT_API_KEY"] == "PLANTED-qdrant"
    assert objects(cloud, "StatefulSet") == {}


def test_without_a_url_qdrant_is_in_the_cluster_with_a_key_of_its_own(synced: Plan) -> None:
    for engine in ("ai-engine", "content-engine"):
        config = objects(synced, "ConfigMap")[f"{engine}-config"]["data"]
        assert config["QDRANT_API_URL"] == "http://qdrant:6333"
    keys = {
        secret(synced, "ai-engine-secrets")["QDRANT_API_KEY"],
        secret(synced, "content-engine-secrets")["QDRANT_API_KEY"],
        secret(synced, "qdrant-snapshots")["QDRANT_API_KEY"],
        secret(synced, "qdrant")["QDRANT__SERVICE__API_KEY"],
    }
    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_redis_has_persistence_and_its_url_is_given(synced: Plan) -> None:
    (redis,) = synced.of("gcp:redis/instance:Instance")
    persistence = redis.inputs["persistenceConfig"]

    assert persistence == {"persistenceMode": "RDB", "rdbSnapshotPeriod": "ONE_HOUR"}
    # The user model has a TTL and is built again; the buffer of events has none and is kept.
    assert redis.inputs["redisConfigs"]["maxmemory-policy"] == "volatile-lru"
    assert secret(synced, "ai-engine-secrets")["REDIS_URL"].startswith("rediss://:")


def test_redis_is_trusted_by_the_file_that_its_url_names(synced: Plan) -> None:
    url = secret(synced, "ai-engine-secrets")["REDIS_URL"]
    (mount,) = [each for each in container(api(synced))["volumeMounts"] if each["mountPath"] == "/etc/redis"]
    (volume,) = [each for each in pod(api(synced))["spec"]["volumes"] if each["name"] == mount["name"]]
    authority = objects(synced, "ConfigMap")[volume["configMap"]["name"]]["data"]

    assert url.endswith("/0?ssl_ca_certs=/etc/redis/ca.pem&ssl_check_hostname=false")
    assert list(authority) == ["ca.pem"]
    assert authority["ca.pem"].startswith("-----BEGIN CERTIFICATE-----")


def test_a_redis_that_is_there_already_is_asked_at_its_own_url() -> None:
    existing = {"url": {"source": "config"}, "region": "europe-west1", "port": 6380}
    plan = planned(redis={"existing": existing})

    assert plan.of("gcp:redis/instance:Instance") == []
    assert secret(plan, "ai-engine-secrets")["REDIS_URL"] == "rediss://:PLANTED-redis@redis.acme.com:6380/0"
    assert "/etc/redis" not in str(container(api(plan))["volumeMounts"])


def test_a_redis_that_is_there_already_may_have_an_authority_of_its_own() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    existing = {"url": {"source": "config"}, "region": "europe-west1", "ca_certificate": pem}
    plan = planned(redis={"existing": existing})

    assert objects(plan, "ConfigMap")["ai-engine-redis-ca"]["data"] == {"ca.pem": pem}
    assert "/etc/redis" in {mount["mountPath"] for mount in container(api(plan))["volumeMounts"]}


def test_collection_and_model_are_the_same_for_both_engines(synced: Plan, cloud: Plan) -> None:
    changed = planned(collection_name="letters", embedding_model="acme/multilingual")
    for plan in (synced, cloud, changed):
        configs = objects(plan, "ConfigMap")
        both = [configs[name]["data"] for name in ("ai-engine-config", "content-engine-config")]
        for variable in ("COLLECTION_NAME", "EMBEDDING_MODEL"):
            assert both[0][variable] == both[1][variable]
    assert both[0]["COLLECTION_NAME"] == "letters"
