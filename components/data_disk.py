"""A disk that holds data: it outlives the machine it is attached to, and is copied every day.

Owns the disk and its snapshot schedule. Does not own the attachment, which belongs to the machine, nor the
file system on it, which the machine makes when it finds the disk blank.

Cost (a month, about): 0.10 USD a GB of pd-balanced, 0.03 USD a GB of what changed between snapshots.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_gcp import compute

from components.environment import Environment

COMPUTE_API = "compute.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class DataDiskArgs:
    """What the disk is.

    Attributes:
        environment: where it lives; in its zone.
        size_gb: size in GB, 10 or more. It can grow in place (the machine takes the new space at its next
            boot) and never shrink.
        snapshot_days: how many days a daily snapshot is kept.
        snapshot_hour: hour of the daily snapshot, UTC: 0, 4, 8, 12, 16 or 20.
    """

    environment: Environment
    size_gb: int = 20
    snapshot_days: int = 14
    snapshot_hour: int = 4

    def __post_init__(self) -> None:
        if self.size_gb < 10:
            raise ValueError(f"size_gb is {self.size_gb}: write 10 or more")
        if self.snapshot_days < 1:
            raise ValueError(f"snapshot_days is {self.snapshot_days}: write 1 or more")
        if self.snapshot_hour not in range(0, 24, 4):
            raise ValueError(f"snapshot_hour is {self.snapshot_hour}: write 0, 4, 8, 12, 16 or 20")


class DataDisk(ComponentResource):
    """A protected disk with a daily snapshot.

    Attributes:
        disk: the disk's ID, once its snapshots are scheduled.
    """

    disk: Output[str]

    def __init__(self, name: str, args: DataDiskArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:DataDisk", name, None, opts)
        self._name, self._args, self._environment = name, args, args.environment
        self._project = args.environment.project_using(COMPUTE_API)

        disk = self._create_disk()
        schedule = self._schedule_snapshots()
        attachment = self._attach(schedule, disk)

        self.disk = Output.all(disk.id, attachment.name).apply(lambda known: str(known[0]))
        self.register_outputs({"disk": self.disk})

    def _create_disk(self) -> compute.Disk:
        protect = self._environment.protect
        return compute.Disk(
            self._name,
            project=self._project,
            name=self._environment.physical_name(self._name),
            zone=self._environment.zone,
            type="pd-balanced",
            size=self._args.size_gb,
            create_snapshot_before_destroy=protect,
            opts=ResourceOptions(parent=self, protect=protect),
        )

    def _schedule_snapshots(self) -> compute.ResourcePolicy:
        return compute.ResourcePolicy(
            f"{self._name}-snapshots",
            project=self._project,
            name=self._environment.physical_name(f"{self._name}-snapshots"),
            region=self._environment.region,
            snapshot_schedule_policy={
                "schedule": {
                    "daily_schedule": {
                        "days_in_cycle": 1,
                        "start_time": f"{self._args.snapshot_hour:02}:00",
                    }
                },
                "retention_policy": {
                    "max_retention_days": self._args.snapshot_days,
                    # A disk deleted by mistake is restored from them. What may be lost leaves none behind for
                    # good: kept snapshots have no end, and are charged for.
                    "on_source_disk_delete": (
                        "KEEP_AUTO_SNAPSHOTS" if self._environment.protect else "APPLY_RETENTION_POLICY"
                    ),
                },
                "snapshot_properties": {"storage_locations": self._environment.region},
            },
            opts=ResourceOptions(parent=self),
        )

    def _attach(
        self, schedule: compute.ResourcePolicy, disk: compute.Disk
    ) -> compute.DiskResourcePolicyAttachment:
        # Not as the disk's own `resource_policies`, whose every edit would replace the disk.
        return compute.DiskResourcePolicyAttachment(
            f"{self._name}-snapshots",
            project=self._project,
            name=schedule.name,
            disk=disk.name,
            zone=self._environment.zone,
            opts=ResourceOptions(parent=self),
        )
