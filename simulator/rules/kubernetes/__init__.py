"""What a Kubernetes cluster says of each kind of object, and what its provider does with a change of one.

The table is in `table`; the other modules each hold one side of it: the cluster, an object's own form, its
pods, what it names, how it changes, what the server fills in.
"""
