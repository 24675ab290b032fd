"""Runs the command at the stand-in, and reads what it left there."""

from __future__ import annotations

import pytest

from simulator.program import PROJECT_FOLDER
from tests.bootstrap.google import PROJECT, Google
from tools.bootstrap.command import main

BUCKET = f"b/{PROJECT}-pulumi-state"
KEY = f"projects/{PROJECT}/locations/europe-west1/keyRings/pulumi/cryptoKeys/state"
POOL = f"projects/{PROJECT}/locations/global/workloadIdentityPools/github"
DEPLOYER = f"projects/{PROJECT}/serviceAccounts/pulumi-deploy@{PROJECT}.iam.gserviceaccount.com"


def bootstrap(google: Google, *more: str, patience: float = 5) -> int:
    """Runs the command for stack prod."""
    words = ["prod", "--repository", "acme/ai", "--repository-id", "42", *more]
    return main(words, PROJECT_FOLDER, google.cloud(patience))


def refusal(google: Google, capsys: pytest.CaptureFixture[str], *more: str, patience: float = 0.2) -> str:
    """The one line of a refusal."""
    assert bootstrap(google, *more, patience=patience) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def grants(google: Google, name: str) -> set[tuple[str, str]]:
    """Who has what, by the last part of the member's name."""
    return {
        (binding["role"], member.removeprefix("serviceAccount:").split("@")[0].rsplit("/", 1)[-1])
        for binding in google.policies[name]["bindings"]
        for member in binding["members"]
    }
