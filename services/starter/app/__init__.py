"""The starter app: proves a system's wiring before the team's own code is there."""
