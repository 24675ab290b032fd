"""Signing Docker in at Google's registries, as whoever is signed in at Google; no password is kept."""

from __future__ import annotations

from collections.abc import Iterable

from tools.delivery.programs import answer


def sign_in(hosts: Iterable[str]) -> None:
    """Lets Docker push to each host by gcloud's helper."""
    if wanted := sorted(hosts):
        answer("gcloud", "auth", "configure-docker", ",".join(wanted), "--quiet")
