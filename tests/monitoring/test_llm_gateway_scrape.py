"""The scrape configuration of llm_gateway in a real Prometheus, against an endpoint that asks for its token.

Debian's Prometheus is built without the discovery of pods. What discovery says of a pod is given as labels of
a written target: the same relabelling decides whether it is scraped, and what its series are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.alert_rule import rules_file
from services.llm_gateway.metrics_settings import METRICS_PATH, AlertSettings, MetricsSettings
from services.llm_gateway.rules import Rules
from services.llm_gateway.scrape import RULES_FILE, Target, scrape_config
from tests.monitoring.prometheus import Gateway, Prometheus, prometheus, until
from tests.monitoring.promtool import promtool

NAMESPACE = "ai-prod-llm-gateway"
OURS = f'job="llm-gateway",namespace="{NAMESPACE}",cluster="vendor"'
ALL_RULES = Rules(MetricsSettings(), AlertSettings(daily_budget_usd=100), namespaces=[NAMESPACE]).all(
    {NAMESPACE: 1}
)


@dataclass(frozen=True)
class Scraped:
    gateway: Gateway
    prometheus: Prometheus
    token_file: Path

    def up(self) -> float | None:
        return self.prometheus.value(f"up{{{OURS}}}")


@pytest.fixture
def scraped(tmp_path: Path) -> Iterator[Scraped]:
    """A Prometheus with the configuration that is deployed, but for the places of its files."""
    token = tmp_path / "token"
    token.write_text("the-first-token")
    with Gateway(METRICS_PATH, "the-first-token").serving() as gateway:
        target = Target(namespace=NAMESPACE, cluster="vendor", port=0, address=gateway.address)
        text = scrape_config([target], interval_seconds=1).replace(target.token_file, str(token))
        (tmp_path / "prometheus.yaml").write_text(text)
        (tmp_path / RULES_FILE).write_text(rules_file("llm-gateway", ALL_RULES))
        with prometheus(tmp_path / "prometheus.yaml") as running:
            yield Scraped(gateway, running, token)


def test_it_is_scraped_with_the_token_and_a_rotated_one_is_read_from_the_same_file(scraped: Scraped) -> None:
    errors = f"llm_gateway_errors_total{{{OURS}}}"
    until(lambda: scraped.up() == 1)
    assert scraped.prometheus.value(errors) == 7
    assert scraped.gateway.refused == 0

    scraped.gateway.token = "the-second-token"
    until(lambda: scraped.up() == 0)
    assert scraped.gateway.refused > 0

    scraped.token_file.write_text("the-second-token\n")
    until(lambda: scraped.up() == 1)


def test_it_loads_every_rule_and_misses_a_target_that_refuses_the_token(scraped: Scraped) -> None:
    until(lambda: scraped.up() == 1)
    assert scraped.prometheus.rules() == {rule.name for rule in ALL_RULES}
    (missing,) = (rule for rule in ALL_RULES if rule.name == "LlmGatewayTargetMissing")
    assert scraped.prometheus.value(missing.query) is None
    scraped.gateway.token = "another"
    until(lambda: scraped.prometheus.value(missing.query) == 1)


def pod(address: str, **changed: str) -> dict[str, Any]:
    """What discovery says of a pod."""
    said = {
        "namespace": NAMESPACE,
        "pod_name": "llm-gateway-1",
        "pod_phase": "Running",
        "pod_container_port_number": "8080",
        "pod_label_app_kubernetes_io_part_of": "llm-gateway",
        "pod_label_app_kubernetes_io_component": "gateway",
        "pod_label_app_kubernetes_io_instance": "canary",
        **changed,
    }
    labels = {f"__meta_kubernetes_{name}": value for name, value in said.items()}
    return {"targets": [address], "labels": labels}


def discovered(text: str, pods: list[dict[str, Any]]) -> str:
    """A configuration whose pods were discovered."""
    content = yaml.safe_load(text)
    for scrape in content["scrape_configs"]:
        assert scrape.pop("kubernetes_sd_configs") == [
            {"role": "pod", "namespaces": {"names": [scrape["job_name"].rsplit("/", maxsplit=1)[-1]]}}
        ]
        scrape["static_configs"] = pods
    return yaml.safe_dump(content)


def test_of_all_pods_only_the_gateways_own_are_scraped_and_named(tmp_path: Path) -> None:
    target = Target(namespace=NAMESPACE, cluster="own", port=8080)
    (tmp_path / "token").write_text("a-token")
    (tmp_path / RULES_FILE).write_text(rules_file("llm-gateway", ALL_RULES))
    with Gateway(METRICS_PATH, "a-token").serving() as gateway:
        pods = [
            pod(gateway.address),
            pod("127.0.0.2:1", pod_label_app_kubernetes_io_component="migration"),
            pod("127.0.0.3:1", pod_label_app_kubernetes_io_part_of="memorise"),
            pod("127.0.0.4:1", pod_phase="Succeeded"),
            pod("127.0.0.5:1", pod_container_port_number="9090"),
        ]
        text = scrape_config([target], interval_seconds=1).replace(target.token_file, str(tmp_path / "token"))
        (tmp_path / "prometheus.yaml").write_text(discovered(text, pods))
        with prometheus(tmp_path / "prometheus.yaml") as running:
            labels = f'job="llm-gateway",namespace="{NAMESPACE}",cluster="own",version="canary",pod!=""'
            until(lambda: running.value(f"up{{{labels}}}") == 1)
            assert running.value("count(up)") == 1


def test_prometheus_takes_a_configuration_of_several_tenants_and_a_vendor(tmp_path: Path) -> None:
    namespaces = (NAMESPACE, f"{NAMESPACE}-acme")
    own = [Target(namespace=each, cluster="own", port=8080) for each in namespaces]
    address = "gateway.axiom.example:443"
    vendor = Target(namespace=NAMESPACE, cluster="vendor", port=0, address=address, scheme="https")
    texts = {
        "own": discovered(scrape_config(own, interval_seconds=30), [pod("10.0.0.1:8080")]),
        "vendor": scrape_config([vendor], interval_seconds=30),
    }
    (tmp_path / RULES_FILE).write_text(rules_file("llm-gateway", ALL_RULES))
    for each in (*own, vendor):
        (tmp_path / Path(each.token_file).name).write_text("a-token")
    for name, text in texts.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(text.replace(str(Path(vendor.token_file).parent), str(tmp_path)))
        assert promtool("check", "config", str(file)) == ""


def test_no_token_is_in_the_configuration() -> None:
    text = scrape_config([Target(namespace=NAMESPACE, cluster="own", port=8080)], interval_seconds=30)
    assert "credentials_file: " in text
    assert "credentials:" not in text
