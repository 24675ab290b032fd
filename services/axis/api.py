"""The AXIS API on Cloud Run: its image, configuration files, DuckDB file, containers and probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.bucket import Bucket, BucketArgs
from components.cloud_run_service import CloudRunService, CloudRunServiceArgs
from components.config_bundle import ConfigBundle, ConfigBundleArgs
from components.container_image import ContainerImage, ContainerImageArgs
from components.containers import Container
from components.nfs_share import NfsShare, NfsShareArgs
from components.secret import SecretRef
from components.service_account import ServiceAccount
from components.traffic import Canary
from components.volumes import NfsVolume
from services.axis import config_files
from services.axis.api_container import api_container
from services.axis.contract import plain_environment, secret_environment
from services.axis.duckdb_storage import (
    KEEPER_NAME,
    Storage,
    keeper,
    needs_bucket,
    needs_keeper,
    needs_share,
    storage,
)
from services.axis.settings import AxisSettings
from services.axis.stores import AxisStores
from services.foundation import Foundation

STARTER = "services/starter"
DOCKERFILE = "services/axis/api/Dockerfile"


@dataclass(frozen=True, kw_only=True)
class AxisApiArgs:
    """What the API is.

    Attributes:
        foundation: the ground it stands on.
        settings: AXIS's settings.
        account: whom it acts as.
        stores: what it reads from.
        secrets: more secret variables.
        invokers: who may call it where it is not public, as IAM members by a short name.
    """

    foundation: Foundation
    settings: AxisSettings
    account: ServiceAccount
    stores: AxisStores
    secrets: Mapping[str, SecretRef]
    invokers: Mapping[str, Input[str]]


class AxisApi(ComponentResource):
    """The API.

    Attributes:
        image: the image that runs, by digest.
        service: the Cloud Run service.
    """

    image: Output[str]
    service: CloudRunService

    def __init__(self, name: str, args: AxisApiArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:AxisApi", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._environment = args.foundation.environment

        self.image = self._build_image()
        self._storage = self._create_storage()
        self.service = self._create_service()
        self.register_outputs({"image": self.image, "url": self.service.url})

    def _build_image(self) -> Output[str]:
        api = self._settings.api
        source = ContainerImageArgs(
            environment=self._environment,
            registry=self._args.foundation.images.url,
            context=None if api.image else api.source or STARTER,
            dockerfile=None if api.image else DOCKERFILE,
            prebuilt=api.image,
        )
        return ContainerImage(f"{self._name}-image", source, ResourceOptions(parent=self)).reference

    def _create_storage(self) -> Storage:
        bucket = Bucket(
            f"{self._name}-config",
            BucketArgs(
                environment=self._environment, readers={"api": self._args.account.member}, disposable=True
            ),
            ResourceOptions(parent=self),
        )
        files = ConfigBundle(
            f"{self._name}-files",
            ConfigBundleArgs(bucket=bucket.name, files=self._files()),
            ResourceOptions(parent=self),
        )
        return storage(
            self._settings,
            config_bucket=bucket.name,
            config_directory=files.directory,
            snapshots=self._create_snapshots().name if needs_bucket(self._settings) else None,
            share=self._create_share() if needs_share(self._settings) else None,
        )

    def _files(self) -> dict[str, Input[str]]:
        """Every YAML file of AXIS by its path in the custom directory."""
        settings, postgres = self._settings, self._args.stores.postgres
        files: dict[str, Input[str]] = {
            "duckdb.yaml": config_files.duckdb_file(settings.duckdb),
            **config_files.more_files(settings.config_folder),
        }
        if settings.databases.configured_by == "files":
            for dataset in settings.databases.by_dataset():
                files[f"{dataset}_db.yaml"] = postgres.host.apply(
                    lambda host, dataset=dataset: self._database_file(dataset, host)
                )
        return {f"config/{name}": text for name, text in files.items()}

    def _database_file(self, dataset: str, host: str) -> str:
        postgres, databases = self._args.stores.postgres, self._settings.databases
        return config_files.database_file(
            dataset,
            databases.by_dataset()[dataset],
            user=postgres.user(dataset),
            address=f"{host}:{postgres.port}",
            name=postgres.database(dataset),
        )

    def _create_snapshots(self) -> Bucket:
        return Bucket(
            f"{self._name}-snapshots",
            BucketArgs(
                environment=self._environment,
                writers={"api": self._args.account.member},
                versions_kept=3,
            ),
            ResourceOptions(parent=self),
        )

    def _create_share(self) -> NfsVolume:
        network, duckdb = self._args.foundation.network, self._settings.duckdb
        share = NfsShare(
            f"{self._name}-share",
            NfsShareArgs(
                environment=self._environment,
                network=network.network,
                subnet=network.vm_subnet,
                zone=self._args.foundation.zone,
                client_ranges=[network.egress_cidr],
                machine_type=duckdb.nfs_machine_type,
                disk_size_gb=duckdb.nfs_disk_gb,
            ),
            ResourceOptions(parent=self),
        )
        return NfsVolume(server=share.server, path=share.path)

    def _create_service(self) -> CloudRunService:
        api, network = self._settings.api, self._args.foundation.network
        return CloudRunService(
            self._name,
            CloudRunServiceArgs(
                environment=self._environment,
                service_account=self._args.account.email,
                containers=self._containers(),
                volumes=self._storage.volumes,
                network=network.network,
                subnet=network.egress_subnet,
                min_instances=api.min_instances,
                max_instances=api.max_instances,
                concurrency=api.concurrency,
                timeout_seconds=api.request_timeout_seconds,
                # The sync engine works between requests, on its own schedule and after a sync was asked for.
                cpu_always_allocated=self._settings.duckdb.enabled,
                session_affinity=True,
                ingress="INTERNAL_LOAD_BALANCER" if self._settings.domain else "ALL",
                public=api.public,
                invokers={} if api.public else {**api.invokers, **self._args.invokers},
                canary=Canary(**api.canary.model_dump()) if api.canary else None,
            ),
            ResourceOptions(parent=self),
        )

    def _containers(self) -> list[Container]:
        beside = [self._keeper()] if needs_keeper(self._settings) else []
        stores = self._args.stores
        api = api_container(
            self._settings,
            image=self.image,
            env=plain_environment(self._settings, stores.env()),
            secret_env=secret_environment(stores.secret_env(), self._args.secrets),
            mounts=self._storage.api_mounts,
            depends_on=[each.name for each in beside],
        )
        return [api, *beside]

    def _keeper(self) -> Container:
        prebuilt = self._settings.duckdb.keeper_image
        source = ContainerImageArgs(
            environment=self._environment,
            registry=self._args.foundation.images.url,
            context=None if prebuilt else "services/axis/keeper",
            prebuilt=prebuilt,
        )
        image = ContainerImage(f"{self._name}-{KEEPER_NAME}", source, ResourceOptions(parent=self))
        return keeper(self._settings, self._storage, image.reference, self._args.stores.password_env())
