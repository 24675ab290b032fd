"""What the workflows' steps run: images, plans, deployments, drift, and what people are told of them.

Each is a `make` target, so that a step can be run anywhere. None knows GitHub but `discussion` and `github`.
"""
