"""What is left to do by hand when the project is prepared: lines to copy. None of them is a secret."""

from __future__ import annotations

from tools.bootstrap.identities import identities
from tools.bootstrap.wanted import POOL, PROVIDER, Wanted


def advice(wanted: Wanted, project_number: str) -> str:
    """The lines for GitHub and for Pulumi."""
    return "\n".join(
        [
            f"For GitHub (variables of {wanted.repository}; none is a secret):",
            *(f"  {line}" for line in _github(wanted, project_number)),
            "",
            f"For Pulumi.{wanted.stack}.yaml:",
            f"  ai-platform:project: {wanted.project}",
            f'  ai-platform:project_number: "{project_number}"',
            f"  ai-platform:region: {wanted.region}",
            "",
            "For Pulumi:",
            f"  pulumi login gs://{wanted.bucket}",
            f"  pulumi stack init {wanted.stack} --secrets-provider=gcpkms://{wanted.key_name}",
            "",
        ]
    )


def variables(wanted: Wanted, project_number: str) -> dict[str, str]:
    """GitHub's variables, by the name that the workflows read them by."""
    prefix = wanted.stack.upper().replace("-", "_")
    pool = f"projects/{project_number}/locations/global/workloadIdentityPools/{POOL}"
    return {
        f"{prefix}_STATE": f"gs://{wanted.bucket}",
        f"{prefix}_IDENTITY_PROVIDER": f"{pool}/providers/{PROVIDER}",
        **{f"{prefix}_{each.variable}": each.email(wanted) for each in identities(wanted)},
    }


def _github(wanted: Wanted, project_number: str) -> list[str]:
    lines = [
        f"gh variable set {name} --repo {wanted.repository} --body {value}"
        for name, value in variables(wanted, project_number).items()
    ]
    if wanted.environment:
        lines.append(
            f"in Settings, Environments: {wanted.environment}, with required reviewers, for branch main alone"
        )
    return lines
