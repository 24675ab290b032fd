"""What costs nothing by itself, and why; and what does cost something of which no price could be read."""

from __future__ import annotations

_ACCESS = "access is free"
_API = "an enabled API is free; what is made with it is charged there"
_CARRIED = "a part of the load balancer, charged with its forwarding rules"
_OBJECT = "an object in the cluster, charged with its pods"
_NETWORK = "networks, routes and firewalls are free"
_PROVIDED = "made by the program itself, nowhere else"

FREE: dict[str, str] = {
    "docker:index/image:Image": "built by whoever deploys; kept in the registry, charged there",
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": _ACCESS,
    "gcp:certificatemanager/certificate:Certificate": "the first hundred certificates are free",
    "gcp:certificatemanager/certificateMap:CertificateMap": "charged by the certificate",
    "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry": "charged by the certificate",
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": "charged by the certificate",
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": _ACCESS,
    "gcp:compute/address:Address": "an internal address is free",
    "gcp:compute/backendService:BackendService": _CARRIED,
    "gcp:compute/firewall:Firewall": _NETWORK,
    "gcp:compute/globalAddress:GlobalAddress": "free while a forwarding rule uses it",
    "gcp:compute/healthCheck:HealthCheck": _CARRIED,
    "gcp:compute/regionBackendService:RegionBackendService": _CARRIED,
    "gcp:compute/regionHealthCheck:RegionHealthCheck": _CARRIED,
    "gcp:compute/instanceTemplate:InstanceTemplate": "charged with the machines made after it",
    "gcp:compute/managedSslCertificate:ManagedSslCertificate": _CARRIED,
    "gcp:compute/network:Network": _NETWORK,
    "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup": _CARRIED,
    "gcp:compute/resourcePolicy:ResourcePolicy": "charged by the snapshots it makes",
    "gcp:compute/router:Router": _NETWORK,
    "gcp:compute/sSLCertificate:SSLCertificate": _CARRIED,
    "gcp:compute/sSLPolicy:SSLPolicy": _CARRIED,
    "gcp:compute/targetHttpProxy:TargetHttpProxy": _CARRIED,
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy": _CARRIED,
    "gcp:compute/uRLMap:URLMap": _CARRIED,
    "gcp:dns/policy:Policy": "charged with the zone",
    "gcp:dns/recordSet:RecordSet": "charged with the zone",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": _ACCESS,
    "gcp:kms/keyRing:KeyRing": "charged by the keys in it",
    "gcp:monitoring/notificationChannel:NotificationChannel": "e-mail is free",
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": "the first million checks a month are free",
    "gcp:projects/iAMMember:IAMMember": _ACCESS,
    "gcp:projects/service:Service": _API,
    "gcp:projects/serviceIdentity:ServiceIdentity": _ACCESS,
    "gcp:secretmanager/secret:Secret": "charged by its versions",
    "gcp:secretmanager/secretIamMember:SecretIamMember": _ACCESS,
    "gcp:serviceaccount/account:Account": _ACCESS,
    "gcp:serviceaccount/iAMMember:IAMMember": _ACCESS,
    "gcp:servicenetworking/connection:Connection": _NETWORK,
    "gcp:sql/database:Database": "charged with its instance",
    "gcp:sql/user:User": "charged with its instance",
    "gcp:storage/bucketIAMMember:BucketIAMMember": _ACCESS,
    "gcp:storage/bucketObject:BucketObject": "charged with its bucket",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": _OBJECT,
    "kubernetes:core/v1:ConfigMap": _OBJECT,
    "kubernetes:core/v1:Namespace": _OBJECT,
    "kubernetes:core/v1:ResourceQuota": _OBJECT,
    "kubernetes:core/v1:Secret": _OBJECT,
    "kubernetes:core/v1:Service": _OBJECT,
    "kubernetes:core/v1:ServiceAccount": _OBJECT,
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": _OBJECT,
    "kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant": _OBJECT,
    "kubernetes:monitoring.googleapis.com/v1:PodMonitoring": _OBJECT,
    "kubernetes:networking.gke.io/v1:GCPBackendPolicy": _OBJECT,
    "kubernetes:networking.gke.io/v1:GCPGatewayPolicy": _OBJECT,
    "kubernetes:networking.gke.io/v1:HealthCheckPolicy": _OBJECT,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": _OBJECT,
    "kubernetes:policy/v1:PodDisruptionBudget": _OBJECT,
    "kubernetes:rbac.authorization.k8s.io/v1:Role": _OBJECT,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": _OBJECT,
    "random:index/randomBytes:RandomBytes": _PROVIDED,
    "random:index/randomId:RandomId": _PROVIDED,
    "random:index/randomPassword:RandomPassword": _PROVIDED,
    "time:index/sleep:Sleep": _PROVIDED,
    "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable": "a part of the Vercel plan",
}
"""What costs nothing, by type."""

UNPRICED: dict[str, str] = {
    "gcp:compute/forwardingRule:ForwardingRule": "a regional rule's price could not be read",
    "gcp:compute/securityPolicy:SecurityPolicy": "Cloud Armor is charged by policy, rule and request; its "
    "prices could not be read",
    "gcp:monitoring/alertPolicy:AlertPolicy": "alerting is charged by condition and series; its prices could "
    "not be read",
}
"""What is charged without a price that could be read, by type."""
