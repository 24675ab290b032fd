from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.base import import_base
from tests.images.engine import Engine, why_no_engine

BASE = "base:local"


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    reason = why_no_engine()
    if reason:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="images-"))
    engine = Engine(folder)
    try:
        import_base(engine, folder, BASE)
        yield engine
    finally:
        engine.close()
