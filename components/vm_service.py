"""A service on virtual machines: a group of equal machines, each with its own proxy, none with data.

Owns the machines' template, the group that keeps them there, the checks that decide who gets requests and who
is replaced, and who may reach them. Does not own whom they act as (what they may read has to be granted
before their configuration can name it), nor the way in: `https_load_balancer` for the public,
`internal_balancer` for the network.

Two kinds of change: what the machines are (the template) replaces them, new ones serving before old ones go;
what they serve (the deployment) reaches them while they run, see `vm_service_source`.

Cost (a month, about, each machine): e2-medium 25 USD, e2-standard-2 50 USD, and its disk 3 USD.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import compute

from components.instance_group_backend import PORT_NAME, InstanceGroup
from components.secret import SecretRef
from components.vm_access import LOAD_BALANCERS, SIGN_IN_METADATA, VmAccess, VmAccessArgs
from components.vm_service_args import VmServiceArgs
from components.vm_service_files import user_data
from components.vm_service_proxy import HTTPS_PORT
from components.vm_service_source import Deployment

COMPUTE_API = "compute.googleapis.com"

_OPERATING_SYSTEM = "ubuntu-os-cloud/ubuntu-2404-lts-amd64"


class VmService(ComponentResource):
    """A group of machines with one service.

    Attributes:
        machines: the group, for a load balancer; known once its clients are let in.
    """

    machines: InstanceGroup

    def __init__(self, name: str, args: VmServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:VmService", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self._project = args.environment.project_using(COMPUTE_API)

        access = self._admit()
        group = self._create_group(self._create_template())
        reachable = Output.all(group.instance_group, access.clients).apply(lambda known: str(known[0]))
        self.machines = InstanceGroup(
            group=reachable,
            health_check=self._check("ready", seconds=5, failures=2).id,
            answer_seconds=args.machine.process.answer_seconds,
        )
        self.register_outputs({"group": reachable})

    def _admit(self) -> VmAccess:
        return VmAccess(
            self._name,
            VmAccessArgs(
                environment=self._environment,
                network=self._args.network,
                service_account=self._args.service_account.email,
                # The checks come from there, whatever the way in.
                client_ranges=[*self._args.client_ranges, *LOAD_BALANCERS],
                ports={"tcp": (HTTPS_PORT,)},
            ),
            opts=ResourceOptions(parent=self),
        )

    def _check(self, purpose: str, *, seconds: int, failures: int) -> compute.HealthCheck:
        """One check decides who gets requests and a more patient one who is replaced: a spike is no death."""
        return compute.HealthCheck(
            f"{self._name}-{purpose}",
            project=self._project,
            name=self._environment.physical_name(f"{self._name}-{purpose}"),
            check_interval_sec=seconds,
            timeout_sec=seconds,
            healthy_threshold=2,
            unhealthy_threshold=failures,
            https_health_check={
                "port": HTTPS_PORT,
                "request_path": self._args.machine.process.health_path,
            },
            opts=ResourceOptions(parent=self),
        )

    def _create_template(self) -> compute.InstanceTemplate:
        return compute.InstanceTemplate(
            # No name of its own: a template cannot change, and one that is in use cannot go first.
            self._name,
            project=self._project,
            region=self._environment.region,
            machine_type=self._args.machine_type,
            disks=[
                {
                    "boot": True,
                    "auto_delete": True,
                    "source_image": _OPERATING_SYSTEM,
                    "disk_size_gb": self._args.disk_size_gb,
                    "disk_type": "pd-balanced",
                }
            ],
            # No access configuration: without one a machine has no public address.
            network_interfaces=[{"subnetwork": self._args.subnet}],
            service_account={
                "email": self._args.service_account.email,
                # The scope is a second, older filter over IAM; what may be done is decided by IAM alone.
                "scopes": ["cloud-platform"],
            },
            shielded_instance_config={
                "enable_secure_boot": True,
                "enable_vtpm": True,
                "enable_integrity_monitoring": True,
            },
            scheduling={"automatic_restart": True, "on_host_maintenance": "MIGRATE"},
            metadata={
                "user-data": self._user_data(),
                **SIGN_IN_METADATA,
            },
            opts=ResourceOptions(parent=self),
        )

    def _create_group(self, template: compute.InstanceTemplate) -> compute.RegionInstanceGroupManager:
        args = self._args
        zones = list(args.zones) or [self._environment.zone]
        physical_name = self._environment.physical_name(self._name, limit=54)
        return compute.RegionInstanceGroupManager(
            self._name,
            project=self._project,
            name=physical_name,
            region=self._environment.region,
            base_instance_name=physical_name,
            distribution_policy_zones=zones,
            target_size=args.machines,
            # The link with the template's own number, so that another template of the same name is another.
            versions=[{"instance_template": template.self_link_unique}],
            named_ports=[{"name": PORT_NAME, "port": HTTPS_PORT}],
            auto_healing_policies={
                "health_check": self._check("alive", seconds=10, failures=6).id,
                "initial_delay_sec": args.first_start_seconds,
            },
            # What is served is no part of the template: it reaches the machines while they run.
            all_instances_config={"metadata": {"deployment": self._deployment()}},
            update_policy={
                "type": "PROACTIVE",
                "minimal_action": "REFRESH",
                "most_disruptive_allowed_action": "REPLACE",
                "replacement_method": "SUBSTITUTE",
                # New machines first, one a zone, which is the least that Google takes; none goes before.
                "max_surge_fixed": len(zones),
                "max_unavailable_fixed": 0,
                "min_ready_sec": 30,
            },
            # A machine that was repaired is one of today's template.
            instance_lifecycle_policy={"force_update_on_repair": "YES"},
            opts=ResourceOptions(parent=self),
        )

    def _user_data(self) -> Output[str]:
        args = self._args
        named = {"token": args.source_token} if args.source_token else {}
        if args.certificate:
            named |= {"chain": args.certificate[0], "key": args.certificate[1]}
        return _known(named).apply(lambda known: user_data(args.machine.with_secrets(known)))

    def _deployment(self) -> Output[str]:
        args = self._args
        return Output.all(Output.from_input(dict(args.env)), _known(args.secrets)).apply(
            lambda known: Deployment(revision=args.revision, env=known[0], secrets=known[1]).text()
        )


def _known(refs: Mapping[str, SecretRef]) -> Output[dict[str, tuple[str, str]]]:
    """Each secret's ID and version, once they are known."""
    return Output.from_input({name: [ref.secret, ref.version] for name, ref in refs.items()}).apply(
        lambda known: {name: (str(secret), str(version)) for name, (secret, version) in known.items()}
    )
