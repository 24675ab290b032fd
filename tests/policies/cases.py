"""What each rule refuses and what it lets pass: the pairs of programs that the tests plan."""

from __future__ import annotations

from tests.policies.case import Case
from tests.policies.cluster_cases import CLUSTER
from tests.policies.data_cases import DATA
from tests.policies.google_cases import GOOGLE

CASES: dict[str, Case] = {**DATA, **GOOGLE, **CLUSTER}
"""Every rule's refusals, by what is wrong."""
