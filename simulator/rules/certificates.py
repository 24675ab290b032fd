"""Certificate Manager: certificates, what proves a domain, and the map that offers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.rules.model import Name, Reference, Refusal, Request, Stored, TypeRules, World, last, words

_API = "certificatemanager.googleapis.com"
AUTHORIZATION = "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
CERTIFICATE = "gcp:certificatemanager/certificate:Certificate"
MAP = "gcp:certificatemanager/certificateMap:CertificateMap"
_ENTRY = "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry"
_GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
_NAME = Name(
    pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    says="lower-case letters, digits and hyphens",
)
_HOST = r"(?i)(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
_DOMAIN = r"(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"


def _located(collection: str) -> Callable[[Request], str]:
    def identity(asked: Request) -> str:
        place = asked.get("location") or "global"
        return f"projects/{asked.project}/locations/{place}/{collection}/{asked.name}"

    return identity


def _certificate_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in ("managed", "selfManaged")) != 1:
        yield "managed", "give exactly one of managed and selfManaged"
    wildcards = [at for at, domain in asked.every("managed.domains[]") if domain.startswith("*.")]
    if wildcards and not (asked.get("managed") or {}).get("dnsAuthorizations"):
        yield wildcards[0], "is a wildcard, which needs an authorisation by DNS; name it"


def _certificate_refused(asked: Request) -> Iterable[Refusal]:
    """Each domain is proven by an authorisation of its own."""
    named = asked.every("managed.dnsAuthorizations[]")
    proven = {one.get("domain") for _, value in named if (one := asked.world.find(value, AUTHORIZATION))}
    for at, domain in asked.every("managed.domains[]") if named else ():
        if domain.removeprefix("*.") not in proven:
            yield at, f"{domain} is proven by none of the authorisations; add one for it"


def _authorization(asked: Request) -> dict[str, Any]:
    domain, mark = asked.get("domain"), asked.digest("record", length=16)
    own = f"_acme-challenge_{mark}" if asked.get("type") == "PER_PROJECT_RECORD" else "_acme-challenge"
    record = {
        "name": f"{own}.{domain}.",
        "type": "CNAME",
        "data": f"{asked.digest('target', length=36)}.authorize.certificatemanager.goog.",
    }
    return {"dnsResourceRecords": [record]}


def _authorization_refused(asked: Request) -> Iterable[Refusal]:
    """A project has one authorisation of a kind for a domain."""
    for other in asked.world.all(AUTHORIZATION):
        kinds = [one.get("type") or "FIXED_RECORD" for one in (asked, other)]
        same = other.get("domain") == asked.get("domain") and kinds[0] == kinds[1]
        if same and other.urn != asked.urn and other.get("project") == asked.project:
            yield "domain", f"{asked.get('domain')} is authorised by {other.urn}; use that one"


def _entry_wrong(asked: Request) -> Iterable[Refusal]:
    if sum(name in asked.inputs for name in ("hostname", "matcher")) != 1:
        yield "hostname", "give exactly one of hostname and matcher"
    if asked.get("certificates") == []:
        yield "certificates", "is empty; name one to four"


def _entry_exists(asked: Request) -> Iterable[Refusal]:
    for other in asked.world.all(_ENTRY):
        same = all(other.get(name) == asked.get(name) for name in ("map", "hostname", "matcher"))
        if same and other.urn != asked.urn:
            yield "hostname", f"{asked.get('hostname')} has an entry in this map: {other.urn}"


def _entry_id(asked: Request) -> str:
    parent = f"projects/{asked.project}/locations/global/certificateMaps/{last(asked.get('map'))}"
    return f"{parent}/certificateMapEntries/{asked.name}"


def _offered(map_: Stored, world: World) -> Iterable[str]:
    """A map that a Gateway offers is attached to its load balancer."""
    for gateway in world.all(_GATEWAY):
        metadata = gateway.inputs.get("metadata") or {}
        if (metadata.get("annotations") or {}).get("networking.gke.io/certmap") == last(map_.id):
            yield f"{map_.id} is in use by {gateway.urn}; delete or change that first"


RULES: dict[str, TypeRules] = {
    AUTHORIZATION: TypeRules(
        name=_NAME,
        api=_API,
        values={"type": ("FIXED_RECORD", "PER_PROJECT_RECORD")},
        patterns={"domain": (_DOMAIN, "a domain like api.example.com")},
        replaces=words("domain location name project type"),
        identity=_located("dnsAuthorizations"),
        computed=_authorization,
        refused=_authorization_refused,
    ),
    CERTIFICATE: TypeRules(
        name=_NAME,
        api=_API,
        values={"scope": ("DEFAULT", "EDGE_CACHE", "ALL_REGIONS", "CLIENT_AUTH")},
        patterns={"managed.domains[]": (_HOST, "a domain like api.example.com")},
        references=(Reference(path="managed.dnsAuthorizations[]", types=(AUTHORIZATION,)),),
        replaces=words("location managed name project scope selfManaged"),
        identity=_located("certificates"),
        computed=lambda asked: {"sanDnsnames": [domain for _, domain in asked.every("managed.domains[]")]},
        wrong=_certificate_wrong,
        refused=_certificate_refused,
    ),
    MAP: TypeRules(
        name=_NAME,
        api=_API,
        replaces=words("name project"),
        identity=_located("certificateMaps"),
        computed=lambda _: {"gclbTargets": []},
        undeletable=_offered,
    ),
    _ENTRY: TypeRules(
        name=_NAME,
        api=_API,
        values={"matcher": ("PRIMARY",)},
        patterns={"hostname": (_HOST, "a host like api.example.com")},
        references=(
            Reference(path="map", types=(MAP,)),
            Reference(path="certificates[]", types=(CERTIFICATE,)),
        ),
        replaces=words("hostname map matcher name project"),
        identity=_entry_id,
        computed=lambda _: {"state": "ACTIVE"},
        wrong=_entry_wrong,
        refused=_entry_exists,
    ),
}
