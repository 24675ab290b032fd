"""What every machine's document is bound by: the size that its metadata takes."""

from __future__ import annotations

import pytest

from components.cloud_init import File, cloud_config, metadata_value

LIMIT = 256 * 1024


def test_a_document_that_metadata_takes_is_made_and_a_longer_one_says_what_to_do() -> None:
    kept = cloud_config(files=[File(path="/etc/motd", content="x" * (LIMIT - 1000))], commands=[])
    assert LIMIT - 1000 < len(kept) <= LIMIT
    with pytest.raises(ValueError, match="keep long ones in the source, a bucket or a secret"):
        cloud_config(files=[File(path="/etc/motd", content="x" * LIMIT)], commands=[])


def test_the_limit_is_one_of_bytes_and_not_of_letters() -> None:
    assert metadata_value("a text", "x" * LIMIT)
    with pytest.raises(ValueError, match=f"has {2 * LIMIT} bytes"):
        metadata_value("a text", "ä" * LIMIT)
