"""The evaluator of HTTPRoutes against choices that were worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from reports.http_routes import HttpRequest, backends_of

HOST = "api.acme.com"


def match(path: str, kind: str = "PathPrefix", method: str | None = None, **headers: str) -> dict[str, Any]:
    return {
        "path": {"type": kind, "value": path},
        **({"method": method} if method else {}),
        "headers": [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()],
    }


def rule(service: str, *matches: dict[str, Any], weight: int = 1) -> dict[str, Any]:
    return {"matches": list(matches), "backendRefs": [{"name": service, "port": 80, "weight": weight}]}


def route(*rules: dict[str, Any], hosts: tuple[str, ...] = (HOST,)) -> dict[str, Any]:
    return {
        "metadata": {"name": "it", "namespace": "app"},
        "spec": {"hostnames": list(hosts), "rules": list(rules)},
    }


ROUTES = [
    route(
        rule("prefix", match("/v1")),
        rule("longer", match("/v1/models")),
        rule("exact", match("/v1/models", "Exact")),
        rule("post", match("/v1/models", "Exact", "POST")),
        rule("canary", match("/v1", x_canary="always")),
        rule("slash", match("/trailing/")),
        rule("root", match("/", "Exact")),
        rule("nobody", match("/drained"), weight=0),
    ),
    route(rule("wildcard", match("/")), hosts=("*.acme.com",)),
    route(rule("webhook", match("/api/ingest", "Exact", "POST")), hosts=("only.example.com",)),
    {
        "metadata": {"name": "redirect", "namespace": "gateway"},
        "spec": {"hostnames": ["plain.example.com"], "rules": [{"filters": [{"type": "RequestRedirect"}]}]},
    },
]

CHOICES = [
    (HttpRequest(host=HOST, path="/v1"), ["prefix"]),
    (HttpRequest(host=HOST, path="/v1/chat"), ["prefix"]),
    (HttpRequest(host=HOST, path="/v1x"), ["wildcard"]),
    (HttpRequest(host=HOST, path="/v1/models/gpt"), ["longer"]),
    (HttpRequest(host=HOST, path="/v1/models"), ["exact"]),
    (HttpRequest(host=HOST, path="/v1/models", method="POST"), ["post"]),
    (HttpRequest(host=HOST, path="/v1/chat", headers={"X-Canary": "always"}), ["canary"]),
    (HttpRequest(host=HOST, path="/v1/chat", headers={"X-Canary": "never"}), ["prefix"]),
    (HttpRequest(host=HOST, path="/v1/models", headers={"X-Canary": "always"}), ["exact"]),
    (HttpRequest(host=HOST, path="/trailing"), ["slash"]),
    (HttpRequest(host=HOST, path="/trailing/deep"), ["slash"]),
    (HttpRequest(host=HOST, path="/"), ["root"]),
    (HttpRequest(host=HOST, path="/drained"), []),
    (HttpRequest(host="www.acme.com", path="/v1"), ["wildcard"]),
    (HttpRequest(host="acme.com", path="/v1"), []),
    (HttpRequest(host="only.example.com", path="/api/ingest", method="POST"), ["webhook"]),
    (HttpRequest(host="only.example.com", path="/api/ingest"), []),
    (HttpRequest(host="only.example.com", path="/api/ingest/more", method="POST"), []),
    (HttpRequest(host="plain.example.com", path="/"), []),
]


@pytest.mark.parametrize(("request_", "services"), CHOICES, ids=str)
def test_the_more_exact_match_is_chosen(request_: HttpRequest, services: list[str]) -> None:
    assert [one.service for one in backends_of(ROUTES, request_)] == services


def test_a_rule_s_shares_are_those_of_its_weights() -> None:
    shared = {
        "matches": [match("/")],
        "backendRefs": [
            {"name": "stable", "port": 80, "weight": 90},
            {"name": "canary", "port": 80, "weight": 10},
        ],
    }
    found = backends_of([route(shared)], HttpRequest(host=HOST, path="/x"))
    assert [(one.service, one.weight) for one in found] == [("stable", 90), ("canary", 10)]


def test_a_kind_of_match_that_is_not_evaluated_is_an_error_and_no_verdict() -> None:
    with pytest.raises(ValueError, match="RegularExpression is not evaluated"):
        backends_of([route(rule("any", match("/.*", "RegularExpression")))], HttpRequest(host=HOST, path="/"))
