from __future__ import annotations

from typing import Any

import pytest

from components.containers import Probe
from components.kubernetes.job import Job, JobArgs
from components.kubernetes.peers import Addresses, Allow, balancer, internet
from components.kubernetes.workload import Replicas, Workload, WorkloadArgs
from simulator.in_process import Plan
from simulator.values import opened
from tests.components.environments import awaited
from tests.components.kubernetes.in_cluster import (
    AUTOSCALER,
    BUDGET,
    CONFIG_MAP,
    DEPLOYMENT,
    IMAGE,
    NAMESPACE,
    OTHER_IMAGE,
    POLICY,
    SECRET,
    Team,
    container,
    manifests,
    planned,
    pod_of,
    task,
    verdict,
)

DATABASE = Allow(peer=Addresses(ranges=("10.20.0.0/16",)), ports=(5432,))


def workload(team: Team, name: str = "api", **changed: Any) -> Workload:
    usual: dict[str, Any] = {
        "name": name,
        "component": "api",
        "container": container(),
        "replicas": Replicas(minimum=3, maximum=10),
    }
    args = WorkloadArgs(**team.place | usual | changed)
    return Workload(f"{name}-main", args, team.cluster.options(team))


def made(*, google: bool = True, **changed: Any) -> Plan:
    return planned(lambda team: workload(team, **changed), google=google)


def deployment(found: Plan, name: str = "api-main") -> dict[str, Any]:
    return opened(found.one(DEPLOYMENT, name).inputs)


def pod(found: Plan, name: str = "api-main") -> dict[str, Any]:
    return dict(pod_of(found.one(DEPLOYMENT, name)))


def test_a_rollout_never_has_fewer_pods_than_before() -> None:
    strategy = deployment(made())["spec"]["strategy"]

    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_a_new_pod_has_to_stay_ready_before_an_old_one_goes() -> None:
    assert deployment(made())["spec"]["minReadySeconds"] == 10


def test_a_pod_that_goes_serves_until_the_load_balancer_has_heard_of_it() -> None:
    [api] = pod(made())["spec"]["containers"]

    # Without a shell: the kubelet itself sleeps.
    assert api["lifecycle"] == {"preStop": {"sleep": {"seconds": 35}}}


@pytest.mark.parametrize(("longest", "drain", "grace"), [(60, 35, 105), (600, 35, 645), (120, 0, 130)])
def test_the_longest_answer_is_finished_after_the_drain(longest: int, drain: int, grace: int) -> None:
    found = made(longest_request_seconds=longest, drain_seconds=drain)

    assert pod(found)["spec"]["terminationGracePeriodSeconds"] == grace


@pytest.mark.parametrize("replicas", [Replicas(minimum=3, maximum=10), Replicas(minimum=1, maximum=1)])
def test_only_the_autoscaler_says_how_many_pods_there_are(replicas: Replicas) -> None:
    """Said in both places, two would pull; and a Deployment that stops saying it drops to one pod."""
    found = made(replicas=replicas)
    spec = opened(found.one(AUTOSCALER).inputs)["spec"]

    assert "replicas" not in deployment(found)["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (replicas.minimum, replicas.maximum)
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}


def test_pods_are_added_at_seventy_percent_of_the_cpu_and_taken_away_with_patience() -> None:
    spec = opened(made().one(AUTOSCALER).inputs)["spec"]

    target = {"type": "Utilization", "averageUtilization": 70}
    assert spec["metrics"] == [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    assert spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 300


def test_maintenance_takes_one_pod_at_a_time_and_is_never_held_up_by_a_single_or_a_broken_one() -> None:
    spec = opened(made(replicas=Replicas()).one(BUDGET).inputs)["spec"]

    assert spec["maxUnavailable"] == 1
    assert "minAvailable" not in spec
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_pods_are_spread_over_zones_and_hosts() -> None:
    spread = pod(made())["spec"]["topologySpreadConstraints"]

    assert [one["topologyKey"] for one in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(one["labelSelector"] == {"matchLabels": {"app": "api"}} for one in spread)


def test_the_selector_is_the_name_alone_and_all_that_selects_agrees_on_it() -> None:
    """It can never be changed: a label of a version or a system in it would replace the Deployment."""
    found = made(instance="canary")
    selectors = [
        deployment(found)["spec"]["selector"],
        opened(found.one(BUDGET).inputs)["spec"]["selector"],
        opened(found.one(POLICY, "api-main-network").inputs)["spec"]["podSelector"],
    ]

    assert selectors == [{"matchLabels": {"app": "api"}}] * 3
    assert pod(found)["metadata"]["labels"]["app"] == "api"


def test_an_object_says_what_it_is_part_of() -> None:
    labels = deployment(made(instance="canary"))["metadata"]["labels"]

    assert labels["app.kubernetes.io/part-of"] == "system"
    assert labels["app.kubernetes.io/component"] == "api"
    assert labels["app.kubernetes.io/instance"] == "canary"


def test_the_api_servers_token_is_mounted_only_where_it_is_asked_for() -> None:
    assert pod(made())["spec"]["automountServiceAccountToken"] is False
    assert pod(made(token=True))["spec"]["automountServiceAccountToken"] is True


def test_a_pod_may_do_nothing_but_run() -> None:
    spec = pod(made())["spec"]
    [api] = spec["containers"]
    context = api["securityContext"]

    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert context["readOnlyRootFilesystem"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["runAsNonRoot"] is True


def test_a_pod_gets_exactly_what_it_asks_for() -> None:
    [api] = pod(made(container=container(cpu_millis=500, memory_mb=1024, ephemeral_mb=2048)))["spec"][
        "containers"
    ]

    assert api["resources"]["requests"] == api["resources"]["limits"]
    assert api["resources"]["limits"] == {"cpu": "500m", "memory": "1024Mi", "ephemeral-storage": "2048Mi"}


def test_a_pod_starts_once_its_policy_its_identity_and_its_configuration_are_there() -> None:
    found = planned(
        lambda team: workload(
            team,
            container=container(env_from=[team.configuration("config", A="1"), team.secret("keys", KEY="k")]),
        )
    )

    waits_for = awaited(found, found.one(DEPLOYMENT))
    assert {"api-main-network", "api-main-pods", "config-main", "keys-main"} <= waits_for


def test_pods_of_a_new_version_wait_until_its_migration_is_complete() -> None:
    def build(team: Team) -> None:
        args = JobArgs(name="migrate", container=task(), **team.place)
        job = Job("migrate-main", args, team.cluster.options(team))
        workload(team, after=job.name)

    found = planned(build)
    job = opened(found.one("kubernetes:batch/v1:Job").inputs)["metadata"]["name"]

    assert "migrate-main" in awaited(found, found.one(DEPLOYMENT))
    # On the object and not on its pods: another migration alone replaces none of them.
    assert job in deployment(found)["metadata"]["annotations"]["ai-platform/after"]
    assert job not in str(pod(found))


def digest(found: Plan, name: str) -> str:
    return pod(found, name)["metadata"]["annotations"]["ai-platform/configuration"]


def two_workloads(config: str, key: str, version: str = "1") -> Plan:
    """One reads the ConfigMap, the other the Secret; `version` is that of an unrelated secret."""

    def build(team: Team) -> None:
        configuration = team.configuration("config", LOG_LEVEL=config)
        secret = team.secret("keys", KEY=key)
        team.kept("other", version)
        workload(team, "reads-config", container=container(env_from=[configuration]))
        workload(team, "reads-secret", container=container(files={"/etc/keys": secret}))

    return planned(build)


def test_other_configuration_replaces_the_pods_that_read_it_and_no_others() -> None:
    before, after = two_workloads("info", "k"), two_workloads("debug", "k")

    assert digest(before, "reads-config-main") != digest(after, "reads-config-main")
    assert pod(before, "reads-secret-main") == pod(after, "reads-secret-main")


def test_the_same_configuration_replaces_nothing() -> None:
    before, after = two_workloads("info", "k"), two_workloads("info", "k", version="2")

    assert pod(before, "reads-config-main") == pod(after, "reads-config-main")
    assert pod(before, "reads-secret-main") == pod(after, "reads-secret-main")


def test_a_secrets_value_is_in_its_secret_and_nowhere_else() -> None:
    found = two_workloads("info", "canary-value-of-a-key")
    elsewhere = [one for one in found.resources if "secretmanager" not in one.type and one.type != SECRET]

    assert "canary-value" not in repr([opened(one.inputs) for one in elsewhere])
    assert "Y2FuYXJ5LXZhbHVl" not in repr([opened(one.inputs) for one in elsewhere])
    assert "Y2FuYXJ5LXZhbHVl" in repr(opened(found.one(SECRET).inputs))


def test_pods_that_read_nothing_have_no_digest() -> None:
    assert "annotations" not in pod(made())["metadata"]


def test_a_rollout_of_many_pods_is_waited_for_longer_than_pulumi_would() -> None:
    """Its ten minutes would call a rollout a failure while it still goes on."""
    [slow] = planned(
        lambda team: workload(
            team,
            replicas=Replicas(minimum=3, maximum=9),
            container=container(startup=Probe(port=8000, path="/", failures=60)),
        )
    ).of(DEPLOYMENT)

    # 300 seconds for a node and 600 for the start, then a minute for each of nine pods and the one more.
    assert slow.options["customTimeouts"] == {"create": "1500s", "update": "1500s"}
    assert opened(slow.inputs)["spec"]["progressDeadlineSeconds"] >= 910


def rules(found: Plan, direction: str) -> list[dict[str, Any]]:
    return opened(found.one(POLICY, "api-main-network").inputs)["spec"][direction]


def test_nobody_reaches_a_workload_that_lets_nobody_in() -> None:
    found = made()

    assert rules(found, "ingress") == []
    assert opened(found.one(POLICY, "api-main-network").inputs)["spec"]["policyTypes"] == [
        "Ingress",
        "Egress",
    ]


def test_a_workload_has_one_policy_with_all_that_is_allowed() -> None:
    found = planned(lambda team: workload(team, ingress=balancer(team.cluster, 8000), egress=[DATABASE]))
    own = [one for one in found.of(POLICY) if opened(one.inputs)["spec"]["podSelector"]]

    assert [one.name for one in own] == ["api-main-network"]
    [ingress] = rules(found, "ingress")
    assert [one["ipBlock"]["cidr"] for one in ingress["from"]] == ["130.211.0.0/22", "35.191.0.0/16"]
    assert ingress["ports"] == [{"port": 8000, "protocol": "TCP"}]
    assert {"ipBlock": {"cidr": "10.20.0.0/16"}} in [
        peer for rule in rules(found, "egress") for peer in rule["to"]
    ]


def ports(found: Plan) -> set[tuple[int, str]]:
    return {(port["port"], port["protocol"]) for rule in rules(found, "egress") for port in rule["ports"]}


def test_every_workload_can_look_up_names_and_on_gke_ask_for_its_token() -> None:
    assert ports(made()) == {(53, "UDP"), (53, "TCP"), (80, "TCP"), (8080, "TCP"), (987, "TCP"), (988, "TCP")}
    assert ports(made(google=False)) == {(53, "UDP"), (53, "TCP")}


def test_pods_that_ask_another_workload_name_its_pods() -> None:
    def build(team: Team) -> None:
        engine = workload(team, "engine")
        workload(team, egress=[Allow(peer=engine.pods, ports=(8000,))])

    peers = [peer for rule in rules(planned(build), "egress") for peer in rule["to"]]
    assert {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
        "podSelector": {"matchLabels": {"app": "engine"}},
    } in peers


@pytest.mark.parametrize("google", [True, False])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"replicas": Replicas()},
        {"token": True, "drain_seconds": 0, "instance": "canary"},
        {"egress": [DATABASE, *internet()], "longest_request_seconds": 600},
        {"container": container(scratch={}, args=["--workers", "1"], env={"LOG_LEVEL": "info"}, user=1000)},
        {"container": container(liveness=None, startup=None, readiness=Probe(port=8000))},
    ],
)
def test_kubernetes_itself_finds_nothing_wrong(google: bool, changed: dict[str, Any]) -> None:
    assert verdict(manifests(made(google=google, **changed))) == []


def test_kubernetes_itself_finds_nothing_wrong_with_what_pods_read() -> None:
    def build(team: Team) -> None:
        config, keys = team.configuration("config", LOG_LEVEL="info"), team.secret("keys", KEY="k")
        files = {"/etc/config": config, "/etc/keys.d/x": keys}
        workload(
            team, container=container(env_from=[config, keys], files=files, scratch={"/tmp": 64, "/var/x": 5})
        )

    assert verdict(manifests(planned(build))) == []


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        (["spec", "template", "spec", "terminationGracePeriodSeconds"], 30, "preStop"),
        (["spec", "strategy", "rollingUpdate", "maxSurge"], 0, "maxUnavailable"),
        (["spec", "selector", "matchLabels", "app"], "another", "selector"),
        (["spec", "template", "spec", "securityContext", "runAsUser"], 0, "runAsUser"),
        (["spec", "template", "spec", "hostNetwork"], True, "host"),
        (
            ["spec", "template", "spec", "containers", 0, "securityContext", "capabilities"],
            {},
            "capabilities",
        ),
        (["spec", "template", "spec", "containers", 0, "resources", "limits", "cpu"], "1m", "limit"),
        (["spec", "template", "spec", "containers", 0, "readynessProbe"], {}, "readynessProbe"),
    ],
)
def test_kubernetes_own_judgement_bites(path: list[Any], value: object, finding: str) -> None:
    """A judge that never says no would pass anything."""
    [broken] = [one for one in manifests(made()) if one["kind"] == "Deployment"]
    inner: Any = broken
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    assert finding.lower() in "\n".join(verdict([broken])).lower()


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"container": container(readiness=None, liveness=None)}, "readiness=Probe"),
        ({"name": "Api"}, "lower-case"),
        ({"part_of": "my system"}, "lower-case"),
        ({"longest_request_seconds": 0}, "seconds"),
    ],
)
def test_what_cannot_be_deployed_is_refused(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        made(**changed)


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"minimum": 0}, "1 or more"),
        ({"minimum": 3, "maximum": 2}, "3 or more"),
        ({"cpu_percent": 0}, "1 to 100"),
    ],
)
def test_no_impossible_number_of_pods_is_asked_for(changed: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        Replicas(**changed)


def test_another_image_is_another_pod() -> None:
    before, after = made(), made(container=container(image=OTHER_IMAGE))

    assert pod(before)["spec"]["containers"][0]["image"] == IMAGE
    assert pod(before) != pod(after)
    assert {one.name for one in before.of(CONFIG_MAP)} == {one.name for one in after.of(CONFIG_MAP)}
