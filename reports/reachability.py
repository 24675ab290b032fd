"""`python -m reports.reachability STACK`: who can reach what in a stack's clusters, as Markdown tables.

Computed from the plan's routes and network policies, which no reader can add up by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from reports.clusters import ClusterView, clusters_of, databases_of
from reports.ways import entries, title, ways
from simulator.in_process import Plan
from simulator.program import plan_stack


def page(stack: str, plan: Plan) -> str:
    """A stack's tables as Markdown."""
    parts = [part for view in clusters_of(plan) for part in (_entry_table(view), _way_table(view, plan))]
    return "\n\n".join([f"## {stack}", *parts])


def _entry_table(view: ClusterView) -> str:
    rows = [
        f"| {one.host} | {one.match} | {one.target} | {one.port or ''} | {one.weight} | "
        f"{'yes' if one.open else 'no'} |"
        for one in entries(view)
    ]
    head = "| Host | Request | Gets to | Port | Weight | Let in |\n|---|---|---|---|---|---|"
    return "\n".join([f"### {view.name}: from outside", "", head, *rows])


def _way_table(view: ClusterView, plan: Plan) -> str:
    """A row for each pair between which anything is open; whatever is not listed is refused."""
    rows = sorted(
        {
            f"| {title(one.source)} | {title(one.target)} | {', '.join(one.ports)} |"
            for one in ways(view, databases_of(plan))
            if one.ports
        }
    )
    head = "| Who asks | Who is asked | Open ports |\n|---|---|---|"
    return "\n".join([f"### {view.name}: pods and what is around them", "", head, *rows])


def main(arguments: Sequence[str]) -> int:
    """Print the tables of each stack that is named."""
    for stack in arguments:
        sys.stdout.write(f"{page(stack, plan_stack(stack))}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
