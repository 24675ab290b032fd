"""One project at a stand-in for Google."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bootstrap.google import Google, serving


@pytest.fixture
def google() -> Iterator[Google]:
    """A project in which nothing is prepared yet."""
    google = Google()
    google.enabled = {"cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com"}
    with serving(google):
        yield google
