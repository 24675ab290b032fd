from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.container_image import ContainerImage, ContainerImageArgs
from simulator.in_process import Plan
from tests.components.cloud_run import IMAGE, environment, planned

BUILD = "docker:index/image:Image"
REPOSITORY = "gcp:artifactregistry/repository:Repository"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's folder, with one that can be built in it."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile").write_text("FROM scratch\nCOPY main.py /\n")
    (tmp_path / "api" / "main.py").write_text("pass\n")
    (tmp_path / "shared.Dockerfile").write_text("FROM scratch\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_of(**changed: Any) -> Plan:
    def program() -> None:
        registry = ArtifactRegistry("images", ArtifactRegistryArgs(environment=environment()))
        usual: dict[str, Any] = {"environment": environment(), "registry": registry.url, "context": "api"}
        image = ContainerImage("axis-api", ContainerImageArgs(**(usual | changed)))
        pulumi.export("reference", image.reference)

    return planned(program)


def build(**changed: Any) -> dict[str, Any]:
    return plan_of(**changed).one(BUILD).inputs


def test_an_image_is_referred_to_by_its_digest() -> None:
    reference = plan_of().outputs["reference"]

    name, digest = reference.split("@")
    assert name.startswith("europe-west1-docker.pkg.dev/acme-prod/ai-prod-images/axis-api")
    assert digest.startswith("sha256:"), "a moved tag makes no new revision"


def test_it_is_built_for_where_it_runs_and_not_for_where_it_is_built() -> None:
    assert build()["build"]["platform"] == "linux/amd64"


def test_nothing_is_built_in_a_preview() -> None:
    asked = build()

    assert asked["buildOnPreview"] is False, "a preview would take the local image's ID for the digest"
    assert asked["skipPush"] is False


def test_each_push_is_the_layer_cache_of_the_next_build_on_any_machine() -> None:
    asked = build()

    assert asked["build"]["cacheFrom"]["images"] == [asked["imageName"]]
    assert asked["build"]["args"]["BUILDKIT_INLINE_CACHE"] == "1", "without it the push holds no cache"
    assert asked["build"]["builderVersion"] == "BuilderBuildKit"


def test_the_image_is_told_a_time_that_is_not_that_of_the_build() -> None:
    assert build()["build"]["args"]["SOURCE_DATE_EPOCH"] == "315532800"


def test_each_stack_has_a_tag_of_its_own() -> None:
    assert build()["imageName"].endswith("/axis-api:prod")
    assert build(environment=environment(stack="dev"))["imageName"].endswith("/axis-api:dev")


def test_no_password_is_passed_since_dockers_own_configuration_signs_in() -> None:
    assert "registry" not in build()


def test_the_push_waits_for_the_repository() -> None:
    plan = plan_of()

    assert plan.one(REPOSITORY).urn in plan.one(BUILD).dependencies


def test_a_dockerfile_may_stand_outside_the_folder_that_it_builds() -> None:
    assert build()["build"]["dockerfile"] == "api/Dockerfile"
    assert build(dockerfile="shared.Dockerfile")["build"]["dockerfile"] == "shared.Dockerfile"


def test_build_arguments_and_the_stage_are_passed_on() -> None:
    asked = build(target="run", build_args={"NEXT_PUBLIC_API_URL": "https://api.acme.com"})["build"]

    assert asked["target"] == "run"
    assert asked["args"]["NEXT_PUBLIC_API_URL"] == "https://api.acme.com"


@pytest.mark.parametrize("setting", ["context", "dockerfile"])
def test_an_absolute_path_is_refused_since_every_machine_would_build_again(
    setting: str, folder: Path
) -> None:
    paths: dict[str, Any] = {"context": "api", setting: str(folder / "api" / "Dockerfile")}

    with pytest.raises(ValueError, match="write a relative path"):
        ContainerImageArgs(environment=environment(), registry="r", **paths)


def test_a_missing_dockerfile_is_refused_before_docker_is_asked() -> None:
    with pytest.raises(ValueError, match="there is no Dockerfile at 'web/Dockerfile'"):
        ContainerImageArgs(environment=environment(), registry="r", context="web")


def test_an_image_built_elsewhere_is_used_as_it_is_and_nothing_is_built() -> None:
    plan = plan_of(context=None, registry=None, prebuilt=IMAGE)

    assert plan.outputs["reference"] == IMAGE
    assert plan.of(BUILD) == []


@pytest.mark.parametrize("image", [IMAGE.split("@")[0] + ":v1", IMAGE.split("@")[0], f"{IMAGE}0"])
def test_a_protected_stack_runs_no_image_that_can_change_under_its_name(image: str) -> None:
    with pytest.raises(ValueError, match="write NAME@sha256:DIGEST"):
        ContainerImageArgs(environment=environment(protect=True), prebuilt=image)


def test_a_stack_for_trying_things_out_may_run_a_tag() -> None:
    args = ContainerImageArgs(environment=environment(protect=False), prebuilt="docker.io/acme/api:v1")

    assert args.prebuilt == "docker.io/acme/api:v1"


@pytest.mark.parametrize("host", ["ghcr.io", "quay.io", "registry.acme.com"])
def test_an_image_that_cloud_run_cannot_pull_is_refused_with_what_helps(host: str) -> None:
    with pytest.raises(ValueError, match="mirror it in a remote repository"):
        ContainerImageArgs(environment=environment(), prebuilt=f"{host}/acme/api@sha256:{'a' * 64}")


@pytest.mark.parametrize("args", [{}, {"context": "api", "registry": "r", "prebuilt": IMAGE}])
def test_an_image_is_either_built_or_prebuilt(args: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either context, to build, or prebuilt"):
        ContainerImageArgs(environment=environment(), **args)


def test_what_is_built_needs_a_registry_to_go_to() -> None:
    with pytest.raises(ValueError, match="write the registry to push to"):
        ContainerImageArgs(environment=environment(), context="api")
