"""What is told of a plan: what it costs, how it hangs together, what reaches what.

Reads plans and writes text. Nothing that deploys imports it.
"""
