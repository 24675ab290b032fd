"""How an object in a cluster waits for another that its own properties don't name: by an annotation.

On the object and not on its pods, so that they need not be replaced for it.
"""

from __future__ import annotations

from pulumi import Input, Output

AFTER_ANNOTATION = "ai-platform/after"
"""Names what had to be there before."""


def after(*names: Input[str] | None) -> dict[str, Output[str]]:
    """The annotation of an object that is made when these are there; what is `None` is not waited for."""
    return {AFTER_ANNOTATION: Output.all(*(name for name in names if name is not None)).apply(" ".join)}
