"""A stack of the Automation API that does what it is told and no more."""

from __future__ import annotations

import datetime

from pulumi import automation
from pulumi.automation._stack import StackInitMode


class QuickStack(automation.Stack):
    """Asks nothing after an operation.

    The events of an operation have told everything. The API would run the program three times more, a
    fifth of the operation's own time, for outputs and a summary that nobody reads.
    """

    def __init__(self, name: str, workspace: automation.Workspace) -> None:
        super().__init__(name, workspace, StackInitMode.CREATE)

    def outputs(self) -> automation.OutputMap:
        """None: `read_outputs` asks for them."""
        return {}

    def read_outputs(self) -> automation.OutputMap:
        """The stack's outputs, secret ones opened."""
        return super().outputs()

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:  # noqa: ARG002 - the API's own
        """An empty summary, since the API wants one."""
        now = datetime.datetime.now(tz=datetime.UTC)
        return automation.UpdateSummary("update", now, "", {}, {}, "not asked")
