"""Runs the step that is named first; only that one is imported, since some take seconds."""

from __future__ import annotations

import sys
from importlib import import_module

STEPS = {
    "images": "tools.delivery.images",
    "plan": "tools.delivery.plan",
    "plan-offline": "tools.delivery.offline",
    "deploy": "tools.delivery.deploy",
    "drift": "tools.delivery.drift",
    "tell": "tools.delivery.discussion",
}

if __name__ == "__main__":
    sys.exit(import_module(STEPS[sys.argv[1]]).main(sys.argv[2:]))
