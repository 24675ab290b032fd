"""What no stack may do: rules over resources, run by `make preview` and by Pulumi's engine alike.

Owns the rules. Knows neither the program nor the simulated cloud's rules: those say what Google would refuse,
these what the team does not want although Google would make it.
"""
