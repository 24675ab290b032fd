"""Where the API, Redis and Qdrant are: one region, for answers in less than a second.

Pure functions of the settings. Qdrant Cloud's URLs name a region; a Redis that is given states its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.memorise.settings import MemoriseSettings
from services.refusals import Refusal

_ON_GOOGLE = re.compile(r"\.([a-z]+-[a-z]+\d+)-\d+\.gcp\.cloud\.qdrant\.io(:\d+)?$")
_ON_OTHERS = re.compile(r"\.([a-z0-9-]+)\.(aws|azure)\.cloud\.qdrant\.io(:\d+)?$")


def region_in(url: str) -> str | None:
    """The region that Qdrant Cloud's URL names; of other clouds with the cloud's name."""
    if google := _ON_GOOGLE.search(url):
        return google[1]
    other = _ON_OTHERS.search(url)
    return f"{other[1]} of {other[2]}" if other else None


def regions(settings: MemoriseSettings, *, stack: str, cluster: str) -> dict[str, str | None]:
    """The region of each; `None` where nobody said it.

    Args:
        settings: memorise's.
        stack: the stack's region, where a Redis is made.
        cluster: the region of the cluster.
    """
    qdrant, redis = settings.qdrant, settings.redis
    return {
        "the API": cluster,
        "Redis": redis.existing.region if redis.existing else stack,
        "Qdrant": (region_in(qdrant.url) or qdrant.region) if qdrant.url else cluster,
    }


def apart(settings: MemoriseSettings, *, stack: str, cluster: str) -> str | None:
    """That they are not in one region, in words; `None` where they are."""
    known = {
        name: region for name, region in regions(settings, stack=stack, cluster=cluster).items() if region
    }
    if len(set(known.values())) < 2:
        return None
    return ", ".join(f"{name} is in {region}" for name, region in known.items())


def region_refusals(settings: MemoriseSettings, *, stack: str, cluster: str) -> Iterator[Refusal]:
    """What can't be meant of the places, and that they are apart where one region is required."""
    qdrant = settings.qdrant
    named = region_in(qdrant.url) if qdrant.url else None
    if qdrant.url and not named and not qdrant.region:
        yield Refusal("memorise.qdrant.region", "the URL names no region; write the one that it is in")
    if named and qdrant.region and named != qdrant.region:
        yield Refusal("memorise.qdrant.region", f"the URL is in {named}; take region out")
    told = apart(settings, stack=stack, cluster=cluster)
    if told and settings.one_region == "required":
        yield Refusal(
            "memorise.one_region",
            f"{told}, and suggestions are to come in less than a second; bring them together, or write "
            "one_region: wanted",
        )
