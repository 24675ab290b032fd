"""A small environment and what runs in it on Cloud Run, for tests; nothing here is asserted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from components.cloud_run_service import CloudRunService, CloudRunServiceArgs
from components.containers import Container
from components.environment import Environment
from components.service_account import ServiceAccount, ServiceAccountArgs
from simulator.in_process import Plan, plan

IMAGE = f"us-docker.pkg.dev/cloudrun/container/hello@sha256:{'a' * 64}"
SERVICE = "gcp:cloudrunv2/service:Service"


def environment(**changed: Any) -> Environment:
    usual: dict[str, Any] = {
        "project": "acme-prod",
        "project_number": "123456789012",
        "region": "europe-west1",
        "zone": "europe-west1-b",
        "stack": "prod",
    }
    return Environment(**(usual | changed))


def account(name: str = "api") -> ServiceAccount:
    return ServiceAccount(name, ServiceAccountArgs(environment=environment(), display_name=name))


def container(**changed: Any) -> Container:
    usual: dict[str, Any] = {"name": "api", "image": IMAGE, "port": 8500}
    return Container(**(usual | changed))


def sidecar(**changed: Any) -> Container:
    usual: dict[str, Any] = {"name": "keeper", "image": IMAGE}
    return Container(**(usual | changed))


def service_args(**changed: Any) -> CloudRunServiceArgs:
    usual: dict[str, Any] = {
        "environment": environment(),
        "service_account": "api@acme-prod.iam.gserviceaccount.com",
        "containers": [container()],
    }
    return CloudRunServiceArgs(**(usual | changed))


def service(name: str = "api", **changed: Any) -> CloudRunService:
    runs_as = changed.pop("service_account", None) or account(name).email
    return CloudRunService(name, service_args(service_account=runs_as, **changed))


def planned(program: Callable[[], object], **options: Any) -> Plan:
    return plan(program, stack="prod", **options)


def service_inputs(*existing: str, **changed: Any) -> dict[str, Any]:
    """What Cloud Run is asked for, where `existing` is already there."""
    return planned(lambda: service(**changed), existing=existing).one(SERVICE).inputs
