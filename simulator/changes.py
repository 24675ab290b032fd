"""What a rehearsal changes in a stack, system by system: a stack has those of the systems it runs."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.axis_changes import AXIS_CHANGES
from simulator.change import Change
from simulator.llm_gateway_changes import LLM_GATEWAY_CHANGES
from simulator.memorise_changes import MEMORISE_CHANGES
from simulator.palma_ai_changes import PALMA_AI_CHANGES

CHANGES: Sequence[Change] = (*AXIS_CHANGES, *LLM_GATEWAY_CHANGES, *MEMORISE_CHANGES, *PALMA_AI_CHANGES)
