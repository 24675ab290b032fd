from __future__ import annotations

import pytest

from simulator.in_process import Plan
from tests.services.memorise.stacks import CLOUD, DEPLOYED, KEYCLOAK, planned


@pytest.fixture(scope="package")
def synced() -> Plan:
    """With a Content Engine that only syncs, and a Qdrant in the cluster."""
    return planned(keycloak=KEYCLOAK)


@pytest.fixture(scope="package")
def cloud() -> Plan:
    """With a Content Engine that is always there, and Qdrant Cloud."""
    content = {**DEPLOYED["content_engine"], "schedule": "0 4 * * *", "callers": {"cms": {"app": "importer"}}}
    return planned(qdrant={"url": CLOUD}, content_engine=content)
