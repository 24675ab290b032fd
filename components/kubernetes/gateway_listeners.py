"""What a gateway listens on: HTTPS for the stack's own routes, and HTTP for the one that sends to HTTPS.

Pure data, in the Gateway API's own words.
"""

from __future__ import annotations

from typing import Any

from pulumi import Input

HTTPS_LISTENER, HTTP_LISTENER = "https", "http"

_ROUTES = [{"kind": "HTTPRoute"}]


def https_listener(
    namespaces: dict[str, str], certificate: tuple[str, Input[str]] | None = None
) -> dict[str, Any]:
    """Port 443.

    Args:
        namespaces: labels of the namespaces whose routes may hang here.
        certificate: namespace and name of its secret. Without one it is in a map of certificates that the
            Gateway names, and then anything said here would be refused.
    """
    selected = {"from": "Selector", "selector": {"matchLabels": namespaces}}
    listener: dict[str, Any] = {
        "name": HTTPS_LISTENER,
        "port": 443,
        "protocol": "HTTPS",
        "allowedRoutes": {"kinds": _ROUTES, "namespaces": selected},
    }
    if certificate:
        namespace, name = certificate
        reference = {"group": "", "kind": "Secret", "name": name, "namespace": namespace}
        listener["tls"] = {"mode": "Terminate", "certificateRefs": [reference]}
    return listener


def http_listener() -> dict[str, Any]:
    """Port 80, for routes of the Gateway's own namespace alone."""
    return {
        "name": HTTP_LISTENER,
        "port": 80,
        "protocol": "HTTP",
        "allowedRoutes": {"kinds": _ROUTES, "namespaces": {"from": "Same"}},
    }


def to_https() -> dict[str, Any]:
    """The only rule for what comes over HTTP."""
    redirect = {"scheme": "https", "statusCode": 301}
    return {"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}
