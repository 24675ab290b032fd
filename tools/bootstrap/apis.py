"""The Google APIs that preparing, previewing and deploying call."""

from __future__ import annotations

from tools.bootstrap.change import Change, Changes
from tools.bootstrap.cloud import Cloud
from tools.bootstrap.wanted import Wanted

NEEDED = (
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
)
"""Those that must be there before the program runs; it enables the others itself."""


def apis(cloud: Cloud, wanted: Wanted) -> Changes:
    """Enables those that are not."""
    services = cloud.api("serviceusage")
    parent = f"projects/{wanted.project}"
    names = [f"{parent}/services/{api}" for api in NEEDED]
    answer = cloud.read("read the enabled APIs", services.services().batchGet(parent=parent, names=names))
    found = (answer or {}).get("services", [])
    enabled = {each["name"].rsplit("/", 1)[-1] for each in found if each.get("state") == "ENABLED"}
    missing = [api for api in NEEDED if api not in enabled]
    if not missing:
        return
    what = f"enable {', '.join(missing)}"

    def enable() -> None:
        request = services.services().batchEnable(parent=parent, body={"serviceIds": missing})
        cloud.finish(what, cloud.write(what, request), services.operations())

    yield Change(what=what, make=enable)
