"""A program on the real engine and the simulated cloud: what the helper promises to tests and rehearsals."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pulumi
from pulumi_gcp import compute, secretmanager
from pulumi_random import RandomPassword

from simulator.cloud import Cloud
from simulator.engine import PROJECT_FOLDER, engine_stack
from simulator.outcome import label

SECRET = "gcp:secretmanager/secret:Secret"


def _secret(
    name: str, *, opts: pulumi.ResourceOptions | None = None, **labels: pulumi.Input[str]
) -> secretmanager.Secret:
    auto = secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs())
    return secretmanager.Secret(
        name, project="acme", secret_id=name, labels=labels, replication=auto, opts=opts
    )


def _renamed() -> None:
    """One secret under the configured ID."""
    auto = secretmanager.SecretReplicationArgs(auto=secretmanager.SecretReplicationAutoArgs())
    secretmanager.Secret("s", project="acme", secret_id=pulumi.Config().require("id"), replication=auto)


def _identities(cloud: Cloud) -> set[str]:
    return {stored.id for stored in cloud.ledger.resources.values()}


def _labelled() -> None:
    """Two secrets, one of which has the configured label."""
    _secret("kept")
    _secret("labelled", team=pulumi.Config().require("team"))


def test_a_preview_makes_nothing_and_up_makes_what_it_said() -> None:
    with engine_stack(_labelled, config={"ai-platform:team": "ai"}) as stack:
        planned = stack.preview()
        assert not stack.cloud.ledger.resources
        made = stack.up()
    assert made.succeeded
    assert made.urns == planned.urns
    assert {label(urn) for urn in made.urns["create"]} >= {f"{SECRET}::kept", f"{SECRET}::labelled"}


def test_a_changed_setting_changes_what_reads_it_and_nothing_else() -> None:
    with engine_stack(_labelled, config={"ai-platform:team": "ai"}) as stack:
        stack.up()
        assert not stack.up().touched
        stack.configure({"ai-platform:team": "ops"})
        changed = stack.up()
    assert {label(urn) for urn in changed.touched} == {f"{SECRET}::labelled"}
    assert changed.counts["update"] == 1


def test_a_change_that_the_cloud_cannot_make_in_place_replaces_the_resource() -> None:
    with engine_stack(_renamed, config={"ai-platform:id": "a"}) as stack:
        stack.up()
        stack.configure({"ai-platform:id": "b"})
        made = stack.up()
        assert _identities(stack.cloud) == {"projects/acme/secrets/b"}
    assert made.touched == made.urns["replace"]
    assert {label(urn) for urn in made.touched} == {f"{SECRET}::s"}


def test_what_somebody_deleted_by_hand_is_missed_by_refresh_and_made_again() -> None:
    with engine_stack(_labelled, config={"ai-platform:team": "ai"}) as stack:
        made = stack.up()
        (gone,) = (urn for urn in made.urns["create"] if label(urn) == f"{SECRET}::kept")
        stack.cloud.delete(SECRET, "projects/acme/secrets/kept", gone)
        assert stack.refresh().urns["delete"] == {gone}
        assert stack.up().urns["create"] == {gone}


def test_what_the_cloud_refuses_is_an_error_of_the_run_with_its_property() -> None:
    with engine_stack(lambda: _secret("no spaces allowed, nor commas")) as stack:
        made = stack.up()
        assert not stack.cloud.ledger.resources
    assert not made.succeeded
    assert any("secretId" in error for error in made.errors)


def test_a_failed_operation_leaves_no_half_made_resource_and_the_next_up_completes() -> None:
    cloud = Cloud(fail_on="::labelled")
    with engine_stack(_labelled, config={"ai-platform:team": "ai"}, cloud=cloud) as stack:
        assert not stack.up().succeeded
        assert "projects/acme/secrets/labelled" not in _identities(cloud)
        recovered = stack.up()
    assert recovered.succeeded
    assert f"{SECRET}::labelled" in {label(urn) for urn in recovered.urns["create"]}
    assert _identities(cloud) == {"projects/acme/secrets/kept", "projects/acme/secrets/labelled"}


def test_a_refused_destruction_deletes_nothing_not_even_what_is_unprotected() -> None:
    def half_protected() -> None:
        _secret("unprotected")
        _secret("protected", opts=pulumi.ResourceOptions(protect=True))

    with engine_stack(half_protected) as stack:
        stack.up()
        destroyed = stack.destroy()
        assert len(stack.cloud.ledger.resources) == 2
    assert not destroyed.succeeded
    assert not destroyed.touched


def test_what_is_unknown_in_a_preview_is_not_refused() -> None:
    def chained() -> None:
        generated = RandomPassword("password", length=20, special=False)
        secretmanager.SecretVersion("version", secret=_secret("s").id, secret_data=generated.result)

    with engine_stack(chained) as stack:
        assert stack.preview().errors == ()


def _stored_secrets(mark: Callable[[pulumi.Output[str]], pulumi.Input[str]]) -> Callable[[], None]:
    """Store and export a configured secret, a generated one and a mix of both, each after `mark`."""

    def program() -> None:
        generated = RandomPassword("password", length=20, special=False).result
        given = pulumi.Config().require_secret("marker")
        mixed = pulumi.Output.format("postgresql://app:{0}@10.0.0.3/{1}", generated, given)
        for name, value in {"given": given, "generated": generated, "mixed": mixed}.items():
            data = mark(value)
            secretmanager.SecretVersion(name, secret=_secret(f"{name}-secret").id, secret_data=data)
            pulumi.export(name, data)

    return program


def test_no_secret_is_written_or_said_in_the_clear() -> None:
    config = {"ai-platform:marker": "planted-marker"}
    with engine_stack(_stored_secrets(lambda value: value), secret_config=config) as stack:
        made = stack.up()
        outputs, written = stack.outputs(), stack.state_text() + made.log
    assert outputs["given"] == "planted-marker"
    assert outputs["generated"]
    assert not [name for name, value in outputs.items() if value in written]


def test_a_secret_that_loses_its_mark_is_found_in_what_was_written() -> None:
    config = {"ai-platform:marker": "planted-marker"}
    with engine_stack(_stored_secrets(pulumi.Output.unsecret), secret_config=config) as stack:
        stack.up()
        assert "planted-marker" in stack.state_text()


def test_what_is_still_used_cannot_be_deleted() -> None:
    def network_and_subnet() -> None:
        network = []
        if pulumi.Config().require_bool("network"):
            network.append(
                compute.Network("network", project="acme", name="n", auto_create_subnetworks=False)
            )
        compute.Subnetwork(
            "subnet",
            project="acme",
            region="europe-west1",
            ip_cidr_range="10.0.0.0/24",
            network="projects/acme/global/networks/n",
            opts=pulumi.ResourceOptions(depends_on=network),
        )

    with engine_stack(network_and_subnet, config={"ai-platform:network": "true"}) as stack:
        assert stack.up().succeeded
        stack.configure({"ai-platform:network": "false"})
        removed = stack.up()
        assert len(stack.cloud.ledger.resources) == 2
    assert not removed.succeeded
    assert any("subnet" in error for error in removed.errors)


def test_the_program_runs_in_the_project_s_folder_and_its_state_elsewhere(tmp_path: Path) -> None:
    folders = []
    before = sorted(PROJECT_FOLDER.glob("Pulumi*"))
    os.chdir(tmp_path)
    try:
        with engine_stack(lambda: folders.append(Path.cwd())) as stack:
            stack.up()
    finally:
        os.chdir(PROJECT_FOLDER)
    assert folders == [PROJECT_FOLDER]
    assert sorted(PROJECT_FOLDER.glob("Pulumi*")) == before
    assert list(tmp_path.iterdir()) == []
