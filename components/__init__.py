"""Building blocks of the platforms: one entity a file, none of which knows a system."""

import lazy_sdk  # noqa: F401 - before any component imports an SDK
import linear_wait  # noqa: F401 - before Pulumi waits for what components give
