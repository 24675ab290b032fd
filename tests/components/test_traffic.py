from __future__ import annotations

import pytest

from components.traffic import Canary
from tests.components.cloud_run import service_inputs

LATEST, REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
STABLE = "ai-prod-api-00041-abc"


def test_without_a_canary_the_newest_revision_serves_everything_and_it_is_said() -> None:
    told = service_inputs()["traffics"]

    assert told == [{"type": LATEST, "percent": 100}], "left out, the last canary's split would stay"


def test_a_canary_takes_its_share_and_an_older_revision_keeps_the_rest() -> None:
    stable, newest = service_inputs(STABLE, canary=Canary(stable_revision=STABLE, percent=10))["traffics"]

    assert stable == {"type": REVISION, "revision": STABLE, "percent": 90}
    assert newest == {"type": LATEST, "percent": 10, "tag": "canary"}


@pytest.mark.parametrize("percent", [0, 1, 50, 99, 100])
def test_every_split_serves_all_requests(percent: int) -> None:
    told = service_inputs(STABLE, canary=Canary(stable_revision=STABLE, percent=percent))["traffics"]

    assert sum(target["percent"] for target in told) == 100


def test_a_canary_of_everything_names_no_revision_without_a_share() -> None:
    told = service_inputs(STABLE, canary=Canary(stable_revision=STABLE, percent=100))["traffics"]

    assert [target["type"] for target in told] == [LATEST], "Cloud Run drops a target without share and tag"


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_beyond_the_whole_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="write 0 to 100"):
        Canary(stable_revision=STABLE, percent=percent)


def test_a_revisions_full_name_is_refused_with_its_short_one() -> None:
    full = f"projects/acme-prod/locations/europe-west1/services/ai-prod-api/revisions/{STABLE}"

    with pytest.raises(ValueError, match=f"write '{STABLE}'"):
        Canary(stable_revision=full, percent=10)
