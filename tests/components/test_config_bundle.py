from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pytest

from components.bucket import Bucket, BucketArgs
from components.config_bundle import ConfigBundle, ConfigBundleArgs
from components.volumes import BucketVolume
from simulator.in_process import Plan
from tests.components.cloud_run import SERVICE, container, environment, planned, service

OBJECT = "gcp:storage/bucketObject:BucketObject"
FILES = {"config/duckdb.yaml": "duckdb: {}\n", "config/eval_db.yaml": "eval_db: {}\n"}


def plan_of(files: Mapping[str, str]) -> Plan:
    def program() -> None:
        bucket = Bucket("config", BucketArgs(environment=environment(), disposable=True))
        bundle = ConfigBundle("axis", ConfigBundleArgs(bucket=bucket.name, files=files))
        volume = BucketVolume(bucket=bucket.name, directory=bundle.directory)
        service(containers=[container(mounts={"config": "/etc/axis"})], volumes={"config": volume})
        pulumi.export("directory", bundle.directory)

    return planned(program)


def directory(files: Mapping[str, str]) -> str:
    return plan_of(files).outputs["directory"]


def test_all_files_lie_in_the_directory_that_is_named() -> None:
    plan = plan_of(FILES)

    names = {each.inputs["name"] for each in plan.of(OBJECT)}
    assert names == {f"{plan.outputs['directory']}/{path}" for path in FILES}


def test_the_directory_is_the_same_for_the_same_files_in_any_order() -> None:
    assert directory(FILES) == directory(dict(reversed(FILES.items())))


@pytest.mark.parametrize(
    "changed",
    [
        {**FILES, "config/duckdb.yaml": "duckdb: {enabled: false}\n"},
        {**FILES, "config/monitoring_db.yaml": ""},
        {"config/duckdb.yaml": FILES["config/duckdb.yaml"]},
        {
            "config/eval_db.yaml": FILES["config/duckdb.yaml"],
            "config/duckdb.yaml": FILES["config/eval_db.yaml"],
        },
    ],
    ids=["another text", "one more", "one less", "texts exchanged"],
)
def test_any_other_content_is_another_directory(changed: Mapping[str, str]) -> None:
    assert directory(changed) != directory(FILES)


def test_a_revision_mounts_the_files_of_its_own_deployment_and_no_others() -> None:
    plan = plan_of(FILES)
    api = plan.one(SERVICE)

    [volume] = api.inputs["template"]["volumes"]
    assert volume["gcs"]["mountOptions"] == [f"only-dir={plan.outputs['directory']}"]
    assert volume["gcs"]["readOnly"] is True
    assert {each.urn for each in plan.of(OBJECT)} <= set(api.dependencies), "it could start before its files"


def test_a_deployment_leaves_the_files_of_the_one_before_to_its_revisions() -> None:
    assert all(each.options.get("retainOnDelete") for each in plan_of(FILES).of(OBJECT))


@pytest.mark.parametrize("path", ["", "/etc/duckdb.yaml", "../duckdb.yaml", "config//duckdb.yaml", "config/"])
def test_a_path_that_leads_out_of_the_directory_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no path inside a directory"):
        ConfigBundleArgs(bucket="b", files={path: "text"})


def test_a_bundle_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="files is empty"):
        ConfigBundleArgs(bucket="b", files={})
