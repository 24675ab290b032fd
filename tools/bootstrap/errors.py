"""What goes wrong while a project is prepared, each as one line."""

from __future__ import annotations

from typing import Any

from googleapiclient.errors import HttpError

CLOUD_PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class BootstrapError(Exception):
    """The project can't be prepared; the message says why and what to do."""


def refused(what: str, error: HttpError) -> BootstrapError:
    """What Google answered to an attempt, with what to do about it."""
    reason = (error.reason or "no reason given").strip().rstrip(".")
    if service := disabled_service(error):
        return BootstrapError(f"{what}: {service} is not enabled; run gcloud services enable {service}")
    if error.status_code in (401, 403):
        advice = "let an owner of the project run this, or grant you what it names"
    else:
        advice = "mend that and run this again; what is done already stays"
    return BootstrapError(f"{what}: {reason} (HTTP {error.status_code}); {advice}")


def disabled_service(error: HttpError) -> str | None:
    """The API that is not enabled, if that is the reason."""
    for detail in _details(error):
        if detail.get("reason") == "SERVICE_DISABLED":
            return str(detail.get("metadata", {}).get("service", "an API"))
    return None


def _details(error: HttpError) -> list[dict[str, Any]]:
    details = error.error_details
    return [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
