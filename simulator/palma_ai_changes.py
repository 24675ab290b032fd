"""What a rehearsal changes in a stack that runs palma_ai, and what each change may touch."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.change import Change

_GROUP = {"gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager::*": "update"}
"""What machines are told while they run, or how many there are."""

_MACHINES = {"gcp:compute/instanceTemplate:InstanceTemplate::*": "replace", **_GROUP}
"""What machines are: new ones take their place."""

PALMA_AI_CHANGES: Sequence[Change] = (
    Change(
        title="palma_ai's next revision",
        settings={"palma_ai.source.revision": "89abcdef" * 5},
        only_with="palma_ai.source.repository",
        touches=_GROUP,
    ),
    Change(
        title="a plain variable of palma_ai",
        settings={"palma_ai.env.LOG_LEVEL": "debug"},
        only_with="palma_ai",
        touches=_GROUP,
    ),
    Change(
        title="another secret's version for palma_ai",
        settings={"palma_ai.secrets.OPENAI_API_KEY.version": "2"},
        only_with="palma_ai.secrets.OPENAI_API_KEY.version",
        touches=_GROUP,
    ),
    Change(
        title="one more machine for palma_ai",
        settings={"palma_ai.machines": 3},
        only_with="palma_ai",
        touches=_GROUP,
    ),
    Change(
        title="more workers on palma_ai's machines",
        settings={"palma_ai.process.workers": 4},
        only_with="palma_ai",
        touches=_MACHINES,
    ),
    Change(
        title="larger machines for palma_ai",
        settings={"palma_ai.machine_type": "e2-standard-4"},
        only_with="palma_ai",
        touches=_MACHINES,
    ),
    Change(
        title="another domain for palma_ai",
        settings={"palma_ai.domain.name": "agent.other.acme.com"},
        only_with="palma_ai.domain",
        # The machines' own certificate has the name as well.
        touches={
            **_MACHINES,
            "gcp:compute/managedSslCertificate:ManagedSslCertificate::palma-ai-*": "replace",
            "gcp:compute/targetHttpsProxy:TargetHttpsProxy::palma-ai-*": "update",
            "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig::palma-ai-*": "replace",
            "gcp:monitoring/alertPolicy:AlertPolicy::palma-ai-*": "update",
        },
    ),
)
