"""A secret in the clear: where anybody who may look at a resource can read it.

Three signs: a value that is also kept as a secret of this very plan, a text of the form that a provider's
keys have, and a variable that is called like a secret and holds a text like one. No finding shows it.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from policies.model import Problem, Resource, Stack
from policies.pod_templates import pod_template
from simulator.paths import UNKNOWN, covers, leaves, value_at, values_at

KEEPERS: dict[str, tuple[str, ...]] = {
    "gcp:secretmanager/secretVersion:SecretVersion": ("secretData",),
    "gcp:sql/user:User": ("password",),
    "gcp:redis/instance:Instance": ("authString",),
    "kubernetes:core/v1:Secret": ("data", "stringData"),
    "random:index/randomPassword:RandomPassword": ("result", "bcryptHash"),
}
"""The properties that are there to hold a secret, by type."""

_PROVIDER = "pulumi:providers:"
_SHORTEST = 8
_FORMS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an API key of OpenAI or Anthropic": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}",
    "an API key of Google": r"\bAIza[A-Za-z0-9_-]{35}",
    "an API key of Pinecone": r"\bpcsk_[A-Za-z0-9_]{20,}",
    "an access key of AWS": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]*://[^/\s:@'\"]*:[^/\s:@'\"${}<>]{4,}@[\w.-]",
}
_KNOWN = {what: re.compile(form) for what, form in _FORMS.items()}
_CALLED = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)$", re.IGNORECASE
)
_HARMLESS = re.compile(r"(?:\d+|true|false|[A-Za-z]+|[a-z][a-z0-9+.-]*://\S*|/\S*)", re.IGNORECASE)
_TOKEN = re.compile(r"(?<![\w/+=.-])[A-Za-z0-9+_=-]{24,}(?![\w/+=.-])")
_RANDOM_BITS = 4.2
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_MEND = "keep it in Secret Manager (components/secret.py) and hand on the SecretRef"


def secret_in_the_clear(resource: Resource) -> Iterator[Problem]:
    """A text that looks like a secret, in a property that anybody may read."""
    found: dict[str, str] = {}
    for path, text in _readable(resource):
        for what, form in _KNOWN.items():
            if form.search(text):
                found.setdefault(path, what)
    for path, name, text in _variables(resource):
        bare = _CERTIFICATE.sub("", text)
        if _CALLED.search(name) and len(text) >= _SHORTEST and not _HARMLESS.fullmatch(text):
            found.setdefault(path, f"a value for {name}")
        elif any(_random(token) for token in _TOKEN.findall(bare)):
            found.setdefault(path, "a text as random as a key")
    for path, what in found.items():
        yield Problem(f"{path} shows {what}", _MEND)


def kept_secret_elsewhere(stack: Stack) -> Iterator[tuple[Resource, Problem]]:
    """A value that this plan keeps as a secret, and that stands in the clear somewhere else as well."""
    owners = {
        form: resource.name
        for resource in stack.resources
        for secret in _kept(resource)
        for form in _written(secret)
    }
    if not owners:
        return
    any_secret = re.compile("|".join(map(re.escape, sorted(owners, key=len, reverse=True))))
    for resource in stack.resources:
        for path, text in _readable(resource):
            if found := any_secret.search(text):
                yield resource, Problem(f"{path} shows the secret that {owners[found[0]]} keeps", _MEND)


def _readable(resource: Resource) -> Iterator[tuple[str, str]]:
    """Every text of a resource that is not where a secret belongs."""
    if resource.type.startswith(_PROVIDER):
        return
    keeping = KEEPERS.get(resource.type, ())
    for path, value in leaves(resource.properties):
        if isinstance(value, str) and value != UNKNOWN and not any(covers(one, path) for one in keeping):
            yield path, value


def _kept(resource: Resource) -> Iterator[str]:
    for kept in KEEPERS.get(resource.type, ()):
        for _, value in leaves({kept: resource.properties.get(kept)}):
            if isinstance(value, str) and value != UNKNOWN and len(value) >= _SHORTEST:
                yield value


def _written(secret: str) -> Iterator[str]:
    """The forms in which a secret may be written down."""
    yield secret
    yield base64.b64encode(secret.encode()).decode()


def _variables(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """Path, name and value of everything that configures a workload."""
    properties = resource.properties
    for where in ("metadata", "data", "allInstancesConfig.metadata"):
        values = value_at(properties, where)
        described = resource.type.endswith((":ConfigMap", "Instance", "Template", "GroupManager"))
        if isinstance(values, Mapping) and described:
            texts = ((key, value) for key, value in values.items() if isinstance(value, str))
            yield from ((f"{where}.{key}", key, value) for key, value in texts)
    for path, entry in _environments(resource, properties):
        if isinstance(entry, Mapping) and isinstance(entry.get("value"), str):
            yield f"{path}.value", str(entry.get("name")), entry["value"]


def _environments(resource: Resource, properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for containers in ("template.containers[]", "template.template.containers[]"):
        yield from values_at(properties, f"{containers}.envs[]")
    template = pod_template(resource)
    if template is not None:
        for kind in ("initContainers", "containers"):
            yield from values_at(template, f"spec.{kind}[].env[]")


def _random(token: str) -> bool:
    """Whether a token is mixed like a key: letters of both cases and digits, hardly any twice."""
    if not all(re.search(kind, token) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        return False
    shares = [count / len(token) for count in Counter(token).values()]
    return -sum(share * math.log2(share) for share in shares) >= _RANDOM_BITS
