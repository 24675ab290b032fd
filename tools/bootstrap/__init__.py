"""`make bootstrap`: what a Google Cloud project needs once, before Pulumi and CI can work in it.

Owns the home of the state, the key of its secrets and the keyless identities of CI. Not done by the Pulumi
program, because that needs all of them before it can start.
"""
