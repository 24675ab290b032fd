"""What a simulated cluster takes and refuses, and what becomes of a change of what is in it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.cloud import Cloud, CloudRefused, CloudUnready
from simulator.paths import UNKNOWN
from simulator.provider_config import provider_difference
from simulator.rules import RULES
from tests.simulator import town as t
from tests.simulator import village as v

_POD = "spec.template.spec"
_FIRST = f"{_POD}.containers[0]"
_SAFE = f"{_FIRST}.securityContext"

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # form
    (v.CONFIG_MAP, {"metadata.name": "Settings"}, "metadata.name", "no valid name"),
    (v.SERVICE, {"metadata.name": "1api"}, "metadata.name", "no valid name"),
    (v.NAMESPACE, {"metadata.name": "n" * 64}, "metadata.name", "at most 63"),
    (v.CONFIG_MAP, {"metadata.labels": {"a": "b c"}}, 'metadata.labels["a"]', "no value of a label"),
    (v.CONFIG_MAP, {"metadata.labels": {"-a": "b"}}, 'metadata.labels["-a"]', "no key of a label"),
    (v.CONFIG_MAP, {"data": {"big": "x" * 1048577}}, "data", "holds 1048576"),
    (v.CONFIG_MAP, {"dat": {}}, "dat", "did you mean data?"),
    (v.DEPLOYMENT, {f"{_POD}.restartpolicy": "Always"}, f"{_POD}.restartpolicy", "did you mean"),
    (v.DEPLOYMENT, {"spec.replicas": "three"}, "spec.replicas", "integer"),
    (v.SCALER, {"spec.maxReplicas": t.GONE}, "spec.maxReplicas", "is required"),
    # values that contradict each other
    (v.DEPLOYMENT, {"spec.selector.matchLabels": {"app": "other"}}, "spec.selector", "same labels"),
    (
        v.DEPLOYMENT,
        {"spec.strategy.rollingUpdate.maxSurge": 0},
        "spec.strategy.rollingUpdate.maxSurge",
        "both",
    ),
    (
        v.DEPLOYMENT,
        {f"{_FIRST}.resources.requests.cpu": "1"},
        f"{_FIRST}.resources.requests.cpu",
        "more than the limit",
    ),
    (
        v.DEPLOYMENT,
        {f"{_FIRST}.lifecycle.preStop.sleep.seconds": 31},
        f"{_FIRST}.lifecycle.preStop.sleep.seconds",
        "30 s of grace",
    ),
    (v.DEPLOYMENT, {f"{_POD}.volumes": []}, f"{_FIRST}.volumeMounts[0].name", "no volume"),
    (v.JOB, {f"{_POD}.restartPolicy": "Always"}, f"{_POD}.restartPolicy", "Never or OnFailure"),
    (v.SCALER, {"spec.minReplicas": 11}, "spec.minReplicas", "more than maxReplicas"),
    (v.BUDGET, {"spec.minAvailable": 1}, "spec.maxUnavailable", "use one of them"),
    (
        v.POLICY,
        {"spec.ingress[0].from[0].ipBlock.cidr": "35.191.0.0/33"},
        "spec.ingress[0].from[0].ipBlock.cidr",
        "no address range",
    ),
    (
        v.POLICY,
        {"spec.ingress[0].from[0].ipBlock.except": ["10.0.0.0/8"]},
        "spec.ingress[0].from[0].ipBlock.except[0]",
        "no part of",
    ),
    # Pod Security of the namespace
    (v.DEPLOYMENT, {f"{_SAFE}.privileged": True}, f"{_SAFE}.privileged", "not allowed"),
    (v.DEPLOYMENT, {f"{_SAFE}.runAsUser": 0}, f"{_SAFE}.runAsUser", "must not be 0"),
    (v.DEPLOYMENT, {f"{_SAFE}.runAsNonRoot": t.GONE}, f"{_SAFE}.runAsNonRoot", "must be true"),
    (v.DEPLOYMENT, {f"{_SAFE}.seccompProfile": t.GONE}, f"{_SAFE}.seccompProfile.type", "RuntimeDefault"),
    (v.DEPLOYMENT, {f"{_SAFE}.capabilities": t.GONE}, f"{_SAFE}.capabilities.drop", '"ALL"'),
    (v.DEPLOYMENT, {f"{_SAFE}.capabilities.add": ["SYS_ADMIN"]}, f"{_SAFE}.capabilities.add", "SYS_ADMIN"),
    (
        v.DEPLOYMENT,
        {f"{_SAFE}.allowPrivilegeEscalation": t.GONE},
        f"{_SAFE}.allowPrivilegeEscalation",
        "false",
    ),
    (v.DEPLOYMENT, {f"{_POD}.hostNetwork": True}, f"{_POD}.hostNetwork", "not allowed"),
    (v.DEPLOYMENT, {f"{_FIRST}.ports[0].hostPort": 80}, f"{_FIRST}.ports[0].hostPort", "use a Service"),
    (
        v.DEPLOYMENT,
        {f"{_POD}.volumes[1]": {"name": "host", "hostPath": {"path": "/"}}},
        f"{_POD}.volumes[1].hostPath",
        "use an emptyDir",
    ),
    (
        v.CRON_JOB,
        {"spec.jobTemplate.spec.template.spec.hostPID": True},
        "spec.jobTemplate.spec.template.spec.hostPID",
        "not allowed",
    ),
    # what is named must be there
    (v.CONFIG_MAP, {"metadata.namespace": "other"}, "metadata.namespace", "no namespace 'other'"),
    (
        v.DEPLOYMENT,
        {f"{_POD}.serviceAccountName": "other"},
        f"{_POD}.serviceAccountName",
        "no ServiceAccount",
    ),
    (
        v.DEPLOYMENT,
        {f"{_FIRST}.envFrom[0].configMapRef.name": "other"},
        f"{_FIRST}.envFrom[0].configMapRef.name",
        "no ConfigMap 'other'",
    ),
    (
        v.DEPLOYMENT,
        {f"{_FIRST}.env[0].valueFrom.secretKeyRef.name": "other"},
        f"{_FIRST}.env[0].valueFrom.secretKeyRef.name",
        "no Secret 'other'",
    ),
    (
        v.DEPLOYMENT,
        {f"{_FIRST}.env[0].valueFrom.secretKeyRef.key": "OTHER"},
        f"{_FIRST}.env[0].valueFrom.secretKeyRef.key",
        "is not in keys",
    ),
    (
        v.DEPLOYMENT,
        {f"{_POD}.volumes[0].persistentVolumeClaim.claimName": "other"},
        f"{_POD}.volumes[0].persistentVolumeClaim.claimName",
        "no PersistentVolumeClaim",
    ),
    (v.SCALER, {"spec.scaleTargetRef.name": "other"}, "spec.scaleTargetRef.name", "no Deployment"),
    (v.STATEFUL, {"spec.serviceName": "other"}, "spec.serviceName", "no Service"),
    (v.BINDING, {"roleRef.name": "other"}, "roleRef.name", "no Role"),
    (v.ROUTE, {"spec.parentRefs[0].name": "other"}, "spec.parentRefs[0].name", "no Gateway"),
    (
        v.ROUTE,
        {"spec.rules[0].backendRefs[0].name": "other"},
        "spec.rules[0].backendRefs[0].name",
        "no Service",
    ),
    (v.BACKEND, {"spec.targetRef.name": "other"}, "spec.targetRef.name", "no Service"),
    (
        v.BACKEND,
        {"spec.default.securityPolicy": "other"},
        "spec.default.securityPolicy",
        "no SecurityPolicy",
    ),
    (
        v.SCRAPE,
        {"spec.endpoints[0].authorization.credentials.secret.name": "other"},
        "spec.endpoints[0].authorization.credentials.secret.name",
        "no Secret",
    ),
    (v.GATEWAY, {"spec.addresses[0].value": "other"}, "spec.addresses[0].value", "no GlobalAddress"),
    # what a Gateway does not take
    (v.ROUTE, {"spec.parentRefs[0].sectionName": "http"}, "spec.parentRefs[0].sectionName", "no listener"),
    (v.ROUTE, {"spec.hostnames": ["api.acme.org"]}, "spec.hostnames[0]", "no host of a listener"),
    (v.ROUTE, {"spec.rules[0].timeouts": {"request": "60s"}}, "spec.rules[0].timeouts", "GCPBackendPolicy"),
    (
        v.ROUTE,
        {"spec.rules[0].backendRefs[0].weight": 0},
        "spec.rules[0].backendRefs",
        "every request would fail",
    ),
    (
        v.ROUTE,
        {"spec.rules[0].backendRefs[0].port": 8000},
        "spec.rules[0].backendRefs[0].port",
        "no port of api",
    ),
    (
        v.GATEWAY,
        {"spec.listeners[0].tls": {"mode": "Terminate"}},
        "spec.listeners[0].tls",
        "can't be combined",
    ),
]


@pytest.mark.parametrize("token", v.RIGHT)
def test_a_right_object_of_each_kind_is_made(token: str) -> None:
    identity, state = t.make(v.village(until=token), token, v.RIGHT[token])

    assert identity == f"app/{state['metadata']['name']}" or "/" not in identity
    assert state["metadata"]["uid"]


def test_every_kind_with_rules_is_in_the_village() -> None:
    assert {token for token in RULES if token.startswith("kubernetes:")} == v.RIGHT.keys()


@pytest.mark.parametrize(("token", "changes", "path", "words"), REFUSED)
def test_what_a_server_refuses_or_never_starts_is_refused_at_its_property(
    token: str, changes: dict[str, Any], path: str, words: str
) -> None:
    cloud, news = v.village(until=token), t.with_changes(v.RIGHT[token], changes)

    inputs, failures = cloud.check(token, t.urn(token), None, news)
    found = failures or cloud.refusals(token, t.urn(token), inputs)

    assert [reason for at, reason in found if at == path and words in reason], found


CHANGES: list[tuple[str, dict[str, Any], bool]] = [
    (v.CONFIG_MAP, {"data": {"LEVEL": "debug"}}, False),
    (v.SECRET, {"stringData": {"TOKEN": "a-token-0002"}}, False),
    (v.SECRET, {"type": "kubernetes.io/tls"}, True),
    (v.CONFIG_MAP, {"metadata.name": "other"}, True),
    (v.CONFIG_MAP, {"metadata.labels": {"app.kubernetes.io/name": "api"}}, False),
    (v.DEPLOYMENT, {f"{_FIRST}.image": f"registry.example.com/api@sha256:{'6f' * 32}"}, False),
    (v.DEPLOYMENT, {"spec.selector.matchLabels": {"app.kubernetes.io/part-of": "system"}}, True),
    (v.JOB, {f"{_FIRST}.image": f"registry.example.com/api@sha256:{'6f' * 32}"}, True),
    (v.JOB, {"spec.backoffLimit": 3}, False),
    (v.STATEFUL, {"spec.serviceName": "other"}, True),
    (v.STATEFUL, {f"{_FIRST}.image": f"registry.example.com/api@sha256:{'6f' * 32}"}, False),
    (v.SERVICE, {"spec.clusterIP": "None"}, True),
    (v.SERVICE, {"spec.ports[0].port": 81}, False),
    (v.CLAIM, {"spec.resources.requests.storage": "20Gi"}, False),
    (v.CLAIM, {"spec.storageClassName": "fast"}, True),
    (v.STORAGE, {"parameters": {"type": "pd-balanced"}}, True),
    (v.BINDING, {"roleRef.name": "other"}, True),
    (v.ROUTE, {"spec.rules[0].backendRefs[0].weight": 90}, False),
    (v.POLICY, {"spec.ingress": []}, False),
]


@pytest.mark.parametrize(("token", "changes", "replaced"), CHANGES)
def test_a_change_is_made_in_place_or_replaces_as_the_provider_does(
    token: str, changes: dict[str, Any], replaced: bool
) -> None:
    cloud = v.village()
    news = t.with_changes(v.RIGHT[token], changes)
    identity = v.RIGHT[token]["metadata"]["name"]
    identity = f"app/{identity}" if "namespace" in v.RIGHT[token]["metadata"] else identity

    diff = cloud.diff(token, identity, v.RIGHT[token], {}, news)

    assert diff.changed
    assert bool(diff.replaces) is replaced
    same_name = news["metadata"]["name"] == v.RIGHT[token]["metadata"]["name"]
    assert diff.delete_before_replace is (replaced and same_name)


def test_without_leave_to_change_them_configmaps_and_secrets_are_replaced() -> None:
    cloud = v.village().through({"clusterIdentifier": v.CLUSTER})
    for token, part in ((v.CONFIG_MAP, "data"), (v.SECRET, "stringData")):
        news = t.with_changes(v.RIGHT[token], {part: {"OTHER": "1"}})
        assert cloud.diff(token, "app/it", v.RIGHT[token], {}, news).replaces


FIXED: list[tuple[str, dict[str, Any]]] = [
    (v.CLAIM, {"spec.resources.requests.storage": "5Gi"}),
    (v.PRIORITY, {"value": 2000}),
    (v.JOB, {"spec.completionMode": "Indexed"}),
]


@pytest.mark.parametrize(("token", "changes"), FIXED)
def test_what_the_server_never_changes_is_refused_in_an_update(token: str, changes: dict[str, Any]) -> None:
    cloud, right = v.village(), v.RIGHT[token]
    name = right["metadata"]["name"]
    identity = f"app/{name}" if "namespace" in right["metadata"] else name

    with pytest.raises(CloudRefused, match=r"immutable|only grows"):
        cloud.update(token, identity, t.urn(token), {}, t.with_changes(right, changes))


def test_a_name_left_out_is_the_logical_name_and_eight_digits_and_stays() -> None:
    cloud, unnamed = (
        v.village(until=v.CONFIG_MAP),
        t.with_changes(v.RIGHT[v.CONFIG_MAP], {"metadata.name": t.GONE}),
    )
    made, _ = cloud.check(v.CONFIG_MAP, t.urn(v.CONFIG_MAP, "settings"), None, unnamed)
    again, _ = cloud.check(v.CONFIG_MAP, t.urn(v.CONFIG_MAP, "settings"), made, unnamed)

    assert made["metadata"]["name"].startswith("settings-")
    assert len(made["metadata"]["name"]) == len("settings-") + 8
    assert again["metadata"]["name"] == made["metadata"]["name"]
    assert not cloud.diff(
        v.CONFIG_MAP, "app/it", made, {}, {**again, "immutable": True}
    ).delete_before_replace


def test_an_object_that_exists_is_not_made_again() -> None:
    with pytest.raises(CloudRefused, match="is in use by"):
        t.make(v.village(), v.CONFIG_MAP, v.RIGHT[v.CONFIG_MAP], "other")


def test_two_clusters_hold_the_same_name_in_the_same_namespace() -> None:
    cloud = v.village(until=v.SECRET)
    own = cloud.through(v.OWN)
    for token in (v.NAMESPACE, v.CONFIG_MAP):
        t.make(own, token, v.RIGHT[token], "other")

    own.delete(v.CONFIG_MAP, "app/settings", t.urn(v.CONFIG_MAP, "other"))

    assert own.read(v.CONFIG_MAP, "app/settings") is None
    assert cloud.read(v.CONFIG_MAP, "app/settings") is not None


def test_what_is_in_one_cluster_is_no_reference_of_another_s() -> None:
    own = v.village(until=v.DEPLOYMENT).through(v.OWN)
    with pytest.raises(CloudRefused, match="no namespace 'app' in own"):
        t.make(own, v.DEPLOYMENT, v.RIGHT[v.DEPLOYMENT])


def test_a_kind_of_google_s_is_refused_elsewhere() -> None:
    own = v.village(until=v.SERVICE).through(v.OWN)
    for token in (v.NAMESPACE, v.SERVICE):
        t.make(own, token, v.RIGHT[token], "other")
    with pytest.raises(CloudRefused, match="no GKE cluster and has no HealthCheckPolicy"):
        t.make(own, v.HEALTH, v.RIGHT[v.HEALTH])


def test_a_cluster_that_is_not_there_can_t_be_reached() -> None:
    nowhere = t.town(until=t.CLUSTER).through(v.SETTINGS)
    with pytest.raises(CloudRefused, match="can't be reached"):
        t.make(nowhere, v.NAMESPACE, v.RIGHT[v.NAMESPACE])


def test_what_was_in_a_cluster_goes_with_it_unless_a_balancer_would_stay_behind() -> None:
    cloud = v.village(until=v.ROUTE)
    with pytest.raises(CloudRefused, match="would stay behind"):
        cloud.delete(t.CLUSTER, v.CLUSTER, t.urn(t.CLUSTER))

    cloud.delete(v.GATEWAY, "app/public", t.urn(v.GATEWAY))
    cloud.delete(t.CLUSTER, v.CLUSTER, t.urn(t.CLUSTER))

    assert not [one for one in cloud.ledger.resources.values() if one.type.startswith("kubernetes:")]


def test_an_object_whose_cluster_is_gone_stays_in_the_state_unless_the_provider_may_drop_it() -> None:
    cloud = v.village(until=v.SECRET)
    cloud.delete(t.CLUSTER, v.CLUSTER, t.urn(t.CLUSTER))

    with pytest.raises(CloudRefused, match="deleteUnreachable"):
        cloud.delete(v.CONFIG_MAP, "app/settings", t.urn(v.CONFIG_MAP))
    with pytest.raises(CloudRefused, match="can't be reached"):
        cloud.update(v.CONFIG_MAP, "app/settings", t.urn(v.CONFIG_MAP), {}, v.RIGHT[v.CONFIG_MAP])
    cloud.through({**v.SETTINGS, "deleteUnreachable": "true"}).delete(
        v.CONFIG_MAP, "app/settings", t.urn(v.CONFIG_MAP)
    )


def test_a_namespace_is_not_deleted_under_what_is_in_it() -> None:
    with pytest.raises(CloudRefused, match="still holds"):
        v.village(until=v.SECRET).delete(v.NAMESPACE, "app", t.urn(v.NAMESPACE))


def test_a_secret_is_kept_in_base64_and_its_plain_text_is_not() -> None:
    _, state = t.make(v.village(until=v.SECRET), v.SECRET, v.RIGHT[v.SECRET])

    assert state["data"] == {"TOKEN": "YS10b2tlbi0wMDAx"}
    assert state["stringData"] is None


def test_a_second_policy_for_the_same_service_is_refused() -> None:
    second = t.with_changes(v.RIGHT[v.BACKEND], {"metadata.name": "second"})
    with pytest.raises(CloudRefused, match="has a policy of this kind"):
        t.make(v.village(), v.BACKEND, second, "second")


def test_a_route_of_a_namespace_that_the_gateway_does_not_know_is_refused() -> None:
    cloud = v.village(until=v.ROUTE)
    elsewhere = t.with_changes(v.RIGHT[v.NAMESPACE], {"metadata.name": "red", "metadata.labels.team": "red"})
    t.make(cloud, v.NAMESPACE, elsewhere, "red")
    changes = {"metadata.namespace": "red", "spec.parentRefs[0].namespace": "app", "spec.rules": []}

    with pytest.raises(CloudRefused, match="takes no routes of red"):
        t.make(cloud, v.ROUTE, t.with_changes(v.RIGHT[v.ROUTE], changes))


def test_a_service_of_another_namespace_needs_that_namespace_s_leave() -> None:
    cloud = v.village(until=v.GRANT)
    other = t.with_changes(v.RIGHT[v.NAMESPACE], {"metadata.name": "other"})
    t.make(cloud, v.NAMESPACE, other, "other")
    moved = t.with_changes(v.RIGHT[v.ROUTE], {"metadata.namespace": "other", "metadata.name": "cross"})
    moved["spec"]["parentRefs"][0]["namespace"] = "app"
    moved["spec"]["rules"][0]["backendRefs"][0]["namespace"] = "app"

    with pytest.raises(CloudRefused, match="make a ReferenceGrant"):
        t.make(cloud, v.ROUTE, moved, "cross")

    t.make(cloud, v.GRANT, v.RIGHT[v.GRANT])
    t.make(cloud, v.ROUTE, moved, "cross")


def test_a_certificate_map_is_not_deleted_under_a_gateway() -> None:
    cloud = v.village()
    cloud.delete(t.ENTRY, cloud.ledger.all(t.ENTRY)[0].id, t.urn(t.ENTRY))
    with pytest.raises(CloudRefused, match="is in use by"):
        cloud.delete(t.MAP, cloud.ledger.all(t.MAP)[0].id, t.urn(t.MAP))


def test_a_job_that_fails_is_there_and_is_made_anew_where_it_asks_for_that() -> None:
    notes = {"pulumi.com/replaceUnready": "true"}
    asking = t.with_changes(v.RIGHT[v.JOB], {"metadata.annotations": notes})
    cloud = v.village(until=v.JOB)
    failing = Cloud(unready="::it")
    failing.ledger = cloud.ledger
    failing = failing.through(v.SETTINGS)

    with pytest.raises(CloudUnready, match="did not become ready"):
        t.make(failing, v.JOB, asking)

    assert failing.read(v.JOB, "app/task") is not None
    assert failing.diff(v.JOB, "app/task", asking, {}, asking).replaces
    assert not failing.diff(v.JOB, "app/task", v.RIGHT[v.JOB], {}, v.RIGHT[v.JOB]).replaces


def test_what_is_only_known_later_is_not_judged() -> None:
    unknown = t.with_changes(
        v.RIGHT[v.DEPLOYMENT], {f"{_FIRST}.image": UNKNOWN, "metadata.namespace": UNKNOWN}
    )
    assert v.village().check(v.DEPLOYMENT, t.urn(v.DEPLOYMENT), None, unknown)[1] == []


def _kubeconfig(server: str) -> str:
    cluster = f"clusters: [{{name: c, cluster: {{server: {server}}}}}]"
    return f"{cluster}\ncontexts: [{{name: c, context: {{cluster: c}}}}]\ncurrent-context: c"


PROVIDERS: list[tuple[dict[str, str], dict[str, str], bool]] = [
    ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, True),
    ({"clusterIdentifier": "a", "kubeconfig": "x"}, {"clusterIdentifier": "a", "kubeconfig": UNKNOWN}, False),
    ({"clusterIdentifier": "a", "kubeconfig": "x"}, {"clusterIdentifier": "a", "kubeconfig": "y"}, False),
    ({"kubeconfig": "x"}, {"kubeconfig": UNKNOWN}, True),
    ({"kubeconfig": _kubeconfig("https://a")}, {"kubeconfig": _kubeconfig("https://b")}, True),
    ({"kubeconfig": _kubeconfig("https://a")}, {"kubeconfig": _kubeconfig("https://a") + "\n"}, False),
    ({"namespace": "a"}, {"namespace": "b"}, False),
]


@pytest.mark.parametrize(("olds", "news", "replaced"), PROVIDERS)
def test_a_provider_is_replaced_with_all_its_objects_for_another_cluster_alone(
    olds: dict[str, str], news: dict[str, str], replaced: bool
) -> None:
    diff = provider_difference("kubernetes", olds, news)
    assert diff.changed
    assert bool(diff.replaces) is replaced


def test_pods_in_a_namespace_that_is_closed_wait_for_the_policy_that_lets_them_through() -> None:
    cloud = v.village(until=v.POLICY)
    closed = {"metadata.name": "deny", "spec.podSelector": {}, "spec.ingress": t.GONE}
    t.make(cloud, v.POLICY, t.with_changes(v.RIGHT[v.POLICY], closed), "deny")

    with pytest.raises(CloudRefused, match="no policy is about these pods yet"):
        t.make(cloud, v.DEPLOYMENT, v.RIGHT[v.DEPLOYMENT])

    t.make(cloud, v.POLICY, v.RIGHT[v.POLICY])
    t.make(cloud, v.DEPLOYMENT, v.RIGHT[v.DEPLOYMENT])
