"""The routing file: which credentials there are, their weights, and what stands in for what.

Pure text of the settings, with no key in it: it names the variable that holds each key. A credential that is
disabled is listed as such, and no variable holds its key.
"""

from __future__ import annotations

from typing import Any

import yaml

from services.llm_gateway.credential_settings import CredentialSettings
from services.llm_gateway.fleet import Site

ROUTING_FILE = "routing.yaml"

_HEAD = "# Written by the deployment; changed in the stack's file. It names variables and holds no key.\n"


def key_variable(credential: str) -> str:
    """The variable that holds a credential's key."""
    return f"{credential.upper().replace('-', '_')}_API_KEY"


def previous_key_variable(credential: str) -> str:
    """The variable that holds its old key during a rotation."""
    return f"{key_variable(credential)}_PREVIOUS"


def routing_file(site: Site) -> str:
    """The file as YAML."""
    content = {
        "credentials": [_credential(name, each) for name, each in sorted(site.credentials.items())],
        "fallbacks": {name: list(targets) for name, targets in sorted(site.fallbacks.items())},
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False)


def _credential(name: str, credential: CredentialSettings) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "provider": credential.provider,
        "purpose": credential.purpose,
        "enabled": credential.enabled,
        "weight": credential.weight,
        "data_classes": sorted(credential.data_classes),
    }
    if credential.enabled:
        described["api_key_variable"] = key_variable(name)
        if credential.previous:
            described["previous_api_key_variable"] = previous_key_variable(name)
    return described
