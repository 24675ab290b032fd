"""A simulated cloud: one set of rules for what the real one would answer, behind two doors.

`in_process` runs a program inside this process; `provider` speaks the provider protocol to the real engine.
Nothing that deploys imports this package.
"""
