"""The team's systems: one package each, with its composition, its environment contract and its images."""
