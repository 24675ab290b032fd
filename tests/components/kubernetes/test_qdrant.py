"""Qdrant in a cluster of the simulated cloud, with and without snapshots."""

from __future__ import annotations

import base64
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.kubernetes.cluster import Cluster, GoogleFacts
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.peers import Pods
from components.kubernetes.qdrant import Qdrant, QdrantArgs
from components.kubernetes.qdrant_snapshots import SnapshotPlan
from components.kubernetes.stateful_set import Disk
from components.secret import Secret, SecretArgs
from simulator.in_process import Plan, plan
from simulator.values import SecretValue, opened
from tests.components.environments import environment

IMAGE = "docker.io/qdrant/qdrant@sha256:" + "a" * 64
PYTHON = "docker.io/library/python@sha256:" + "b" * 64
CLUSTER = "projects/acme-prod/locations/europe-west1/clusters/main"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
CRON_JOB = "kubernetes:batch/v1:CronJob"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SECRET = "kubernetes:core/v1:Secret"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def made(*, protect: bool = True, google: bool = True, **changed: Any) -> Plan:
    def program() -> None:
        here = environment(protect=protect)
        provider = kubernetes.Provider(
            "main",
            kubeconfig="{}",
            cluster_identifier=CLUSTER,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
        )
        facts = GoogleFacts(workload_pool="acme-prod.svc.id.goog") if google else None
        cluster = Cluster(name="main", region="europe-west1", provider=provider, google=facts)
        options = pulumi.ResourceOptions(provider=provider)
        namespace = Namespace(
            "home", NamespaceArgs(environment=here, cluster=cluster, name="memorise"), options
        )
        qdrant = Qdrant(
            "qdrant",
            QdrantArgs(
                environment=here,
                cluster=cluster,
                namespace=namespace.name,
                image=IMAGE,
                api_key=Secret("key", SecretArgs(environment=here)).ref,
                clients=[Pods(namespace=namespace.name, labels={"app": "api"})],
                part_of="memorise",
                **changed,
            ),
            options,
        )
        pulumi.export("url", qdrant.url)

    return plan(program, existing=[CLUSTER])


@pytest.fixture(scope="module")
def saved() -> Plan:
    return made(snapshots=SnapshotPlan(image=PYTHON, kept=5))


def pod(planned: Plan) -> dict[str, Any]:
    return planned.one(STATEFUL_SET).inputs["spec"]["template"]["spec"]


def callers(planned: Plan, name: str) -> list[tuple[str, tuple[int, ...]]]:
    """Who is let in, by the label `app`, and to which ports."""
    rules = planned.one(POLICY, name).inputs["spec"]["ingress"]
    return [
        (peer["podSelector"]["matchLabels"]["app"], tuple(port["port"] for port in rule["ports"]))
        for rule in rules
        for peer in rule["from"]
    ]


def test_it_is_one_pod_whose_disk_is_for_itself_and_protected(saved: Plan) -> None:
    spec = saved.one(STATEFUL_SET).inputs["spec"]
    claim = saved.one(CLAIM)

    assert spec["replicas"] == 1
    assert "volumeClaimTemplates" not in spec
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "qdrant"}} in pod(saved)["volumes"]
    assert claim.protect
    assert claim.inputs["spec"]["resources"]["requests"] == {"storage": "20Gi"}


def test_an_unprotected_stack_may_delete_the_disk() -> None:
    assert not made(protect=False).one(CLAIM).protect


def test_all_that_it_writes_is_on_the_disk_and_the_rest_is_read_only(saved: Plan) -> None:
    (container,) = pod(saved)["containers"]
    variables = {each["name"]: each["value"] for each in container["env"]}
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}

    assert container["securityContext"]["readOnlyRootFilesystem"]
    for path in ("QDRANT__STORAGE__STORAGE_PATH", "QDRANT__STORAGE__SNAPSHOTS_PATH"):
        assert variables[path].startswith(mounts["data"] + "/")
    assert variables["QDRANT_INIT_FILE_PATH"].startswith("/tmp/")


def test_it_runs_as_the_user_of_the_unprivileged_image_to_whom_the_disk_is_given(saved: Plan) -> None:
    context = pod(saved)["securityContext"]

    assert (context["runAsUser"], context["fsGroup"], context["runAsNonRoot"]) == (1000, 1000, True)


def test_its_probes_need_no_key(saved: Plan) -> None:
    (container,) = pod(saved)["containers"]
    paths = {
        kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")
    }

    assert paths == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/livez"}


def test_its_key_comes_from_secret_manager_and_stands_in_no_plain_place(saved: Plan) -> None:
    (written,) = saved.of("gcp:secretmanager/secretVersion:SecretVersion")
    value = opened(written.inputs["secretData"])
    data = saved.one(SECRET, "qdrant-key").inputs["data"]

    assert isinstance(data, SecretValue)
    assert base64.b64decode(opened(data)["QDRANT__SERVICE__API_KEY"]).decode() == value
    for resource in saved.resources:
        assert value not in str(resource.inputs), resource.name


def test_its_clients_and_its_own_snapshots_reach_it_and_nobody_else(saved: Plan) -> None:
    assert callers(saved, "qdrant-network") == [("api", (6333,)), ("qdrant-snapshots", (6333,))]
    assert callers(made(), "qdrant-network") == [("api", (6333,))]


def test_nobody_reaches_the_pods_that_save_it(saved: Plan) -> None:
    assert saved.one(POLICY, "qdrant-snapshots-network").inputs["spec"]["ingress"] == []


def test_nodes_can_be_drained(saved: Plan) -> None:
    spec = saved.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]

    assert spec == {"selector": {"matchLabels": {"app": "qdrant"}}, "maxUnavailable": 1}


def test_snapshots_are_made_by_the_clock_one_at_a_time_with_the_program_mounted(saved: Plan) -> None:
    spec = saved.one(CRON_JOB).inputs["spec"]
    (container,) = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]

    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("0 2 * * *", "Forbid")
    assert container["image"] == PYTHON
    assert container["command"] == ["python3", "/opt/snapshots/snapshots.py"]
    text = saved.one("kubernetes:core/v1:ConfigMap").inputs["data"]["snapshots.py"]
    compile(text, "snapshots.py", "exec")


def test_the_bucket_is_written_by_the_snapshots_identity_alone_and_keeps_as_many_as_are_asked_for(
    saved: Plan,
) -> None:
    (bucket,) = saved.of("gcp:storage/bucket:Bucket")
    (grant,) = saved.of("gcp:storage/bucketIAMMember:BucketIAMMember")
    delete = next(each for each in bucket.inputs["lifecycleRules"] if each["action"]["type"] == "Delete")

    assert bucket.protect
    # The newest and the four before it.
    assert delete["condition"]["numNewerVersions"] == 5
    assert "qdrant-snapshots@" in grant.inputs["member"]


def test_without_snapshots_there_is_no_bucket_and_no_job() -> None:
    planned = made()

    assert planned.of("gcp:storage/bucket:Bucket") == []
    assert planned.of(CRON_JOB) == []


def test_a_cluster_elsewhere_has_no_identity_that_could_write_a_bucket() -> None:
    assert made(google=False).one(STATEFUL_SET)
    with pytest.raises(ValueError, match="take the snapshots out"):
        made(google=False, snapshots=SnapshotPlan(image=PYTHON))


def test_a_disk_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="write 1 or more"):
        Disk(directory="/data", size_gb=0)


def test_snapshots_that_are_kept_never_are_refused() -> None:
    with pytest.raises(ValueError, match="keeps nothing"):
        SnapshotPlan(image=PYTHON, kept=0)
