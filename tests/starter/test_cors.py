"""Which browsers' origins may read an answer with credentials."""

from __future__ import annotations

import pytest

from tests.starter.application import Application


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://axis.example.com", True),
        ("https://preview.example.app", True),
        ("http://axis.example.com", False),
        ("https://axis.example.com.evil.net", False),
        ("https://evil.example.com", False),
        ("https://axis.example.com:8443", False),
        ("http://localhost:3500", False),
        ("null", False),
    ],
)
def test_only_the_exact_origins_are_allowed(application: Application, origin: str, allowed: bool) -> None:
    answer = application.get("/health", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    preflight = application.client.options(
        "/api/store/sync",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "last-event-id,content-type",
        },
    )
    assert preflight.status_code == (200 if allowed else 400)
    assert preflight.headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_an_allowed_origin_gets_credentials_and_never_the_star(application: Application) -> None:
    answer = application.get("/", headers={"Origin": "https://axis.example.com"})
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-origin"] != "*"
    assert "Origin" in answer.headers["vary"]
