"""The kinds of objects that programs make, each with its rules."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.rules.kubernetes import admission, changes, form, pods, references, state
from simulator.rules.kubernetes import objects as k
from simulator.rules.kubernetes.cluster import cluster_of, unreachable
from simulator.rules.model import Stored, TypeRules, World

_RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
_GKE = "kubernetes:networking.gke.io/v1"
_GMP = "kubernetes:monitoring.googleapis.com/v1"


def _kind(
    token: str,
    *,
    namespaced: bool = True,
    wrong: Iterable[form.Wrong] = (),
    refused: Iterable[admission.Refused] = (),
    needs: Iterable[references.Needs] = (),
    computed: state.State | None = None,
    awaited: bool = False,
) -> tuple[str, TypeRules]:
    return token, TypeRules(
        name=None,
        place=cluster_of,
        unreachable=unreachable,
        filled=k.filled,
        replaces=changes.ALWAYS | changes.REPLACES.get(token, frozenset()),
        replaced=changes.replaced,
        renewed=changes.renewed,
        makes_way=changes.makes_way,
        identity=lambda asked: k.identity(asked, namespaced=namespaced),
        wrong=form.wrong_of(*wrong),
        refused=admission.refused_of(*refused),
        needs=references.needs_of(*needs, namespaced=namespaced),
        computed=state.state_of(computed, namespaced=namespaced),
        awaited=awaited,
        undeletable=_finalised if token == k.NAMESPACE else lambda _stored, _world: (),
    )


def _finalised(namespace: Stored, world: World) -> Iterable[str]:
    """A namespace goes with everything in it; here it is said, since the program lost sight of something."""
    cluster, name = namespace.id.rsplit("#", 1)
    prefix = f"{cluster}#{name}/"
    for one in world.all(*RULES):
        if one.id.startswith(prefix):
            yield f"{name} still holds {one.urn}, which would go with it; delete that first"


RULES: dict[str, TypeRules] = dict(
    (
        _kind(k.NAMESPACE, namespaced=False, computed=state.namespace),
        _kind(k.CONFIG_MAP, wrong=[form.size_wrong]),
        _kind(k.SECRET, wrong=[form.size_wrong], computed=state.secret),
        _kind(k.ACCOUNT, needs=[references.identified]),
        _kind(k.SERVICE, computed=state.service),
        _kind(k.CLAIM),
        _kind(
            k.DEPLOYMENT,
            wrong=[form.pods_wrong, form.selector_wrong, form.strategy_wrong],
            needs=[pods.pods, pods.let_through],
            computed=state.deployment,
            awaited=True,
        ),
        _kind(
            k.STATEFUL_SET,
            wrong=[form.pods_wrong, form.selector_wrong],
            needs=[pods.pods, pods.let_through, references.stateful],
            computed=state.deployment,
            awaited=True,
        ),
        _kind(k.DAEMON_SET, wrong=[form.pods_wrong, form.selector_wrong], needs=[pods.pods], awaited=True),
        _kind(
            k.JOB,
            wrong=[form.pods_wrong, form.job_wrong],
            needs=[pods.pods, pods.let_through],
            computed=state.job,
            awaited=True,
        ),
        _kind(k.CRON_JOB, wrong=[form.pods_wrong, form.job_wrong], needs=[pods.pods]),
        _kind(k.POD, wrong=[form.pods_wrong], needs=[pods.pods], awaited=True),
        _kind(k.POLICY, wrong=[form.policy_wrong]),
        _kind("kubernetes:core/v1:ResourceQuota"),
        _kind("kubernetes:core/v1:LimitRange"),
        _kind(
            "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
            wrong=[form.scale_wrong],
            needs=[references.autoscaled],
            computed=state.autoscaler,
        ),
        _kind("kubernetes:policy/v1:PodDisruptionBudget", wrong=[form.disruption_wrong]),
        _kind(f"{_RBAC}:Role"),
        _kind(f"{_RBAC}:RoleBinding", needs=[references.bound]),
        _kind(f"{_RBAC}:ClusterRole", namespaced=False),
        _kind(f"{_RBAC}:ClusterRoleBinding", namespaced=False),
        _kind("kubernetes:storage.k8s.io/v1:StorageClass", namespaced=False),
        _kind("kubernetes:scheduling.k8s.io/v1:PriorityClass", namespaced=False),
        _kind(
            k.GATEWAY,
            wrong=[form.gateway_wrong],
            needs=[references.entrance],
            computed=state.gateway,
            awaited=True,
        ),
        _kind(
            k.ROUTE,
            wrong=[form.route_wrong],
            needs=[references.routed],
            refused=[admission.taken_by_gateway, admission.default_backend, admission.ports_served],
        ),
        _kind(k.GRANT),
        _kind(
            f"{_GKE}:HealthCheckPolicy",
            needs=[references.targeted],
            refused=[admission.only_google, admission.one_policy_each],
        ),
        _kind(
            f"{_GKE}:GCPBackendPolicy",
            needs=[references.targeted],
            refused=[admission.only_google, admission.one_policy_each],
        ),
        _kind(
            f"{_GKE}:GCPGatewayPolicy",
            needs=[references.targeted],
            refused=[admission.only_google, admission.one_policy_each],
        ),
        _kind(f"{_GMP}:PodMonitoring", needs=[references.monitored], refused=[admission.only_google]),
        _kind(f"{_GMP}:ClusterPodMonitoring", namespaced=False, refused=[admission.only_google]),
        _kind(f"{_GMP}:Rules", refused=[admission.only_google]),
        _kind(f"{_GMP}:ClusterRules", namespaced=False, refused=[admission.only_google]),
    )
)
