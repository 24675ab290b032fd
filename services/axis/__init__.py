"""AXIS, the evaluation platform: an API, a frontend, three databases, a graph and an analytics cache."""
