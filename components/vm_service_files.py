"""What a service's machine is given, as one cloud-init document: pure functions from what the machine is.

Owns how the service starts and how its releases are fetched, installed and switched. A new release starts
beside the one that serves: see `templates/service/deploy-release.sh`. What differs between two deployments of
the same service is not here, but in `vm_service_source.Deployment`.
"""

from __future__ import annotations

from components.cloud_init import CONFIG_DIRECTORY, File, cloud_config, rendered, script, unit
from components.vm_files import secret_reader, started, ubuntu_packages
from components.vm_service_machine import Machine, Paths
from components.vm_service_process import PORTS
from components.vm_service_proxy import proxy_files
from components.vm_service_source import GitSource

_PACKAGES = ("ca-certificates", "curl", "git", "nginx-light", "openssl", "procps", "python3-venv")
# For dependencies that are compiled here because nobody has done it for this Python, like llama-cpp-python.
_BUILD_PACKAGES = ("build-essential", "cmake", "python3-dev")


def files(machine: Machine) -> list[File]:
    """Every file on the machine."""
    packages = [*_PACKAGES, *(_BUILD_PACKAGES if machine.builds else ())]
    return [
        *ubuntu_packages(packages, reboot_time=None),
        *secret_reader(
            project=machine.project,
            metadata_url=machine.metadata_url,
            secret_manager_url=machine.secret_manager_url,
            retries=machine.retries,
        ),
        *_users(machine),
        *process_files(machine, machine.paths),
        *release_files(machine, machine.paths),
        *proxy_files(machine, machine.paths),
    ]


def user_data(machine: Machine) -> str:
    """The machine's whole cloud-init document."""
    return cloud_config(
        files=files(machine),
        commands=[
            ["systemd-sysusers", f"/etc/sysusers.d/{machine.name}.conf"],
            ["systemd-tmpfiles", "--create", f"/etc/tmpfiles.d/{machine.name}.conf"],
            *started("release.service", "ops-agent.service"),
        ],
    )


def process_files(machine: Machine, paths: Paths) -> list[File]:
    """The service's unit, and how it gets its variables."""
    common = {"state": paths.state, "runtime": paths.runtime}
    return [
        unit(
            f"{machine.name}@.service",
            "service/service.service",
            service=machine.name,
            state=paths.state,
            stop_seconds=machine.process.stop_seconds,
        ),
        script(
            "fetch-environment",
            "service/fetch-environment.sh",
            fetch_secret=paths.script("fetch-secret"),
            **common,
        ),
        script("start-service", "service/start-service.sh", arguments=machine.process.arguments(), **common),
    ]


def release_files(
    machine: Machine, paths: Paths, *, retry_seconds: int = 60, wait_seconds: int = 300
) -> list[File]:
    """What fetches, installs and switches releases."""
    return [
        unit("release.service", "service/release.service", service=machine.name),
        script(
            "watch-release",
            "service/watch-release.sh",
            service=machine.name,
            state=paths.state,
            metadata_url=machine.metadata_url,
            deploy=paths.script("deploy-release"),
            retry_seconds=retry_seconds,
            wait_seconds=wait_seconds,
        ),
        script(
            "deploy-release",
            "service/deploy-release.sh",
            service=machine.name,
            state=paths.state,
            ports=PORTS,
            build=paths.script("build-release"),
            subdirectory=machine.source.subdirectory,
            health_path=machine.process.health_path,
            start_seconds=machine.start_seconds,
            answer_seconds=machine.process.answer_seconds,
        ),
        _build_script(machine, paths),
        script(
            "install-uv",
            "service/install-uv.sh",
            version=pinned_version("uv"),
            target=paths.uv,
            requirements=f"{paths.configuration}/uv.txt",
        ),
        *(
            File(path=f"{CONFIG_DIRECTORY}/{tool}.txt", content=rendered(f"service/{tool}.txt"))
            for tool in ("uv", "gunicorn")
        ),
    ]


def pinned_version(tool: str) -> str:
    """The version of `uv` or `gunicorn` that machines install."""
    return rendered(f"service/{tool}.txt").split()[0].partition("==")[2]


def _build_script(machine: Machine, paths: Paths) -> File:
    source = machine.source
    return script(
        "build-release",
        "service/build-release.sh",
        state=paths.state,
        subdirectory=source.subdirectory,
        repository=source.repository if isinstance(source, GitSource) else "",
        token=source.token if isinstance(source, GitSource) else None,
        bucket="" if isinstance(source, GitSource) else source.bucket,
        fetch_secret=paths.script("fetch-secret"),
        metadata_url=machine.metadata_url,
        storage_url=machine.storage_url,
        retries=machine.retries,
        uv=f"{paths.uv}/bin/uv",
        runner=f"{paths.configuration}/gunicorn.txt",
        logs=paths.logs,
    )


def _users(machine: Machine) -> list[File]:
    """Two users, so that the service cannot change what it runs, nor an installation read its secrets."""
    return [
        File(
            path=f"/etc/{area}.d/{machine.name}.conf",
            content=rendered(f"service/{area}.conf", service=machine.name, state=machine.paths.state),
        )
        for area in ("sysusers", "tmpfiles")
    ]
