"""What a rehearsal changes in a stack that runs AXIS, and what each change may touch."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.change import Change

AXIS_CHANGES: Sequence[Change] = (
    Change(
        title="the API's log level",
        settings={"axis.api.log_level": "error"},
        only_with="axis",
        touches={"gcp:cloudrunv2/service:Service::*": "update"},
    ),
    Change(
        title="a plain variable of the API",
        settings={"axis.env.LLM_MODEL_NAME": "gpt-4.1"},
        only_with="axis",
        touches={"gcp:cloudrunv2/service:Service::*": "update"},
    ),
    Change(
        title="a larger Postgres",
        settings={"axis.postgres.tier": "db-custom-4-15360"},
        only_with="axis",
        touches={"gcp:sql/databaseInstance:DatabaseInstance::*": "update"},
    ),
    Change(
        title="more memory for Redis",
        settings={"axis.redis.memory_gb": 2},
        only_with="axis",
        touches={"gcp:redis/instance:Instance::*": "update"},
    ),
    Change(
        title="a larger machine for FalkorDB",
        settings={"axis.falkordb.machine_type": "e2-highmem-4"},
        only_with="axis",
        touches={"gcp:compute/instance:Instance::*": "update"},
    ),
    Change(
        title="the sync's schedule",
        settings={"axis.duckdb.sync.schedule": "30 2 * * *"},
        only_with="axis",
        touches={"gcp:cloudscheduler/job:Job::*": "update"},
    ),
    Change(
        title="a key of duckdb.yaml",
        settings={"axis.duckdb.query_concurrency": 16},
        only_with="axis",
        # A new directory of files, and a revision that mounts it.
        touches={
            "gcp:storage/bucketObject:BucketObject::*": "replace",
            "gcp:cloudrunv2/service:Service::*": "update",
        },
    ),
    Change(
        title="another domain",
        settings={"axis.domain.name": "api.other.acme.com"},
        only_with="axis.domain",
        # The new certificate is there before the proxy lets go of the old one.
        touches={
            "gcp:compute/managedSslCertificate:ManagedSslCertificate::*": "replace",
            "gcp:compute/targetHttpsProxy:TargetHttpsProxy::*": "update",
            "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig::*": "replace",
            "gcp:monitoring/alertPolicy:AlertPolicy::*": "update",
        },
    ),
)
