"""The AXIS frontend: what its build is told, and the frontend itself where Vercel does not run it."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.cloud_run_service import CloudRunService, CloudRunServiceArgs
from components.container_image import ContainerImage, ContainerImageArgs
from components.containers import Container, Probe
from components.service_account import ServiceAccount, ServiceAccountArgs
from components.vercel_environment import VercelEnvironment, VercelEnvironmentArgs
from services.axis.settings import FrontendSettings
from services.foundation import Foundation

PORT = 3500
DOCKERFILE = "services/axis/frontend/Dockerfile"
TARGETS = ("production", "preview", "development")


@dataclass(frozen=True, kw_only=True)
class AxisFrontendArgs:
    """What the frontend is.

    Attributes:
        foundation: the ground it stands on.
        settings: where it runs.
        api_url: the API's address, which the build copies into the JavaScript.
    """

    foundation: Foundation
    settings: FrontendSettings
    api_url: str


class AxisFrontend(ComponentResource):
    """The frontend, or what is known of one that runs elsewhere.

    Attributes:
        service: the Cloud Run service; `None` at Vercel.
    """

    service: CloudRunService | None

    def __init__(self, name: str, args: AxisFrontendArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:services:AxisFrontend", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._environment = args.foundation.environment

        self.service = self._create_service() if self._settings.host == "cloud_run" else None
        if self._settings.vercel:
            self._set_variables()
        self.register_outputs({"api_url": args.api_url})

    def build_environment(self) -> dict[str, dict[str, str]]:
        """What the frontend's build needs, by target; public all of it."""
        return {target: _variables(self._args.api_url) for target in TARGETS}

    def _set_variables(self) -> None:
        vercel = self._settings.vercel
        assert vercel is not None  # noqa: S101 - for the type checker; the caller asked
        variables = self.build_environment()
        VercelEnvironment(
            f"{self._name}-vercel",
            VercelEnvironmentArgs(
                project_id=vercel.project_id,
                team_id=vercel.team_id,
                variables={target: variables[target] for target in sorted(vercel.targets)},
            ),
            ResourceOptions(parent=self),
        )

    def _create_service(self) -> CloudRunService:
        account = ServiceAccount(
            self._name,
            ServiceAccountArgs(environment=self._environment, display_name="AXIS frontend, with no rights"),
            ResourceOptions(parent=self),
        )
        return CloudRunService(
            self._name,
            CloudRunServiceArgs(
                environment=self._environment,
                service_account=account.email,
                containers=[self._container(self._build_image())],
                max_instances=self._settings.max_instances,
                ingress="INTERNAL_LOAD_BALANCER",
                public=True,
            ),
            ResourceOptions(parent=self),
        )

    def _build_image(self) -> Output[str]:
        built = self._settings.image is None
        return ContainerImage(
            f"{self._name}-image",
            ContainerImageArgs(
                environment=self._environment,
                registry=self._args.foundation.images.url,
                context=self._settings.source if built else None,
                dockerfile=DOCKERFILE if built else None,
                build_args=_variables(self._args.api_url) if built else {},
                prebuilt=self._settings.image,
            ),
            ResourceOptions(parent=self),
        ).reference

    def _container(self, image: Output[str]) -> Container:
        return Container(
            name="frontend",
            image=image,
            port=PORT,
            # The document asks for a quarter of a vCPU; below one Cloud Run serves one request at a time.
            cpu=1,
            memory_mb=512,
            startup=Probe(port=PORT, path="/", period_seconds=5, timeout_seconds=4, failures=24),
            liveness=Probe(port=PORT, path="/", period_seconds=30, timeout_seconds=10),
        )


def _variables(api_url: str) -> dict[str, str]:
    return {"NEXT_PUBLIC_API_URL": api_url}
