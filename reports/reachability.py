"""`python -m reports.reachability`: writes `docs/reachability.md`, who can reach what in clusters.

Computed from the plans' routes and network policies, which no reader can add up by hand.
"""

from __future__ import annotations

from reports.clusters import ClusterView, clusters_of, databases_of
from reports.ways import entries, title, ways
from simulator.in_process import Plan
from simulator.program import PROJECT_FOLDER, plan_stack

STACKS = ("dev", "prod")
PAGE = PROJECT_FOLDER / "docs" / "reachability.md"
_HEAD = """# Who can reach what

Made by `make docs` from the plans of both stacks: their routes, Services, network
policies and namespaces. Whatever is not listed is refused. `…` after a path stands for everything below it.
Policies name managed databases by the range that Google keeps them in, so that a workload which has one gets
to the port of any; each has a password of its own."""


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


def written() -> str:
    """The whole page."""
    return "\n\n".join([_HEAD, *(page(stack, plan_stack(stack)) for stack in STACKS)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written())
