"""What lives in a Kubernetes cluster, and the clusters: one entity a file. Nothing here knows a service."""
