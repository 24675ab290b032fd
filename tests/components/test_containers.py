from __future__ import annotations

import pytest
from pulumi import Output

from components.containers import Probe
from components.secret import SecretRef
from tests.components.cloud_run import container

SECRET = SecretRef(secret=Output.from_input("openai"), version=Output.from_input("3"))


@pytest.mark.parametrize("name", ["PORT", "K_SERVICE", "K_REVISION", "X_GOOGLE_TARGET_PLATFORM"])
def test_a_variable_that_cloud_run_sets_itself_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"sets {name} itself"):
        container(env={name: "8500"})


def test_a_name_cannot_be_a_plain_and_a_secret_variable_at_once() -> None:
    with pytest.raises(ValueError, match="OPENAI_API_KEY stands in env and in secret_env"):
        container(env={"OPENAI_API_KEY": "sk-in-the-clear"}, secret_env={"OPENAI_API_KEY": SECRET})


@pytest.mark.parametrize(
    ("cpu", "memory_mb"),
    [(1, 128), (1, 4096), (2, 8192), (4, 2048), (6, 24576), (8, 32768), (0.08, 512), (0.5, 1024)],
)
def test_the_sizes_at_the_edge_of_what_cloud_run_offers_are_taken(cpu: float, memory_mb: int) -> None:
    assert container(cpu=cpu, memory_mb=memory_mb).limits["memory"] == f"{memory_mb}Mi"


@pytest.mark.parametrize(
    ("cpu", "memory_mb", "advice"),
    [
        (3, 2048, "write 1, 2, 4, 6 or 8, or less than 1"),
        (1.5, 2048, "write 1, 2, 4, 6 or 8, or less than 1"),
        (0.05, 256, "write 0.08 or more"),
        (1, 4097, "write 128 to 4096"),
        (4, 1024, "write 2048 to 16384"),
        (8, 2048, "write 4096 to 32768"),
        (0.25, 1024, "write 128 to 512"),
        (0.75, 2048, "write 128 to 1024"),
    ],
)
def test_a_size_that_cloud_run_lacks_is_refused_with_one_that_it_has(
    cpu: float, memory_mb: int, advice: str
) -> None:
    with pytest.raises(ValueError, match=advice):
        container(cpu=cpu, memory_mb=memory_mb)


def test_a_fraction_of_a_cpu_is_said_in_thousandths() -> None:
    assert container(cpu=0.25).limits["cpu"] == "250m"
    assert container(cpu=2).limits["cpu"] == "2"


def test_a_startup_probe_may_not_wait_longer_than_four_minutes() -> None:
    assert container(startup=Probe(path="/", port=8500, period_seconds=10, failures=24))
    with pytest.raises(ValueError, match="write failures=24"):
        container(startup=Probe(path="/", port=8500, period_seconds=10, failures=25))


def test_an_answer_must_come_within_the_probes_period() -> None:
    with pytest.raises(ValueError, match="write timeout_seconds=4"):
        Probe(path="/", port=8500, period_seconds=5, timeout_seconds=5)


@pytest.mark.parametrize("kind", ["liveness", "readiness"])
def test_only_a_startup_probe_may_be_content_with_a_connection(kind: str) -> None:
    with pytest.raises(ValueError, match=f"its {kind} probe must be an HTTP request"):
        container(**{kind: Probe(port=8500)})


@pytest.mark.parametrize("path", ["/proc/axis", "/dev", "/sys/fs", "etc/axis", "/etc:axis"])
def test_a_path_that_nothing_can_be_mounted_at_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="can't be mounted at"):
        container(mounts={"config": path})


def test_a_path_that_only_begins_like_a_forbidden_one_is_taken() -> None:
    assert container(mounts={"config": "/system"})
