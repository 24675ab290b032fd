"""llm_gateway: one way to all model providers, on Kubernetes clusters, at its vendor's, or both."""
