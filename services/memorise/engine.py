"""What both engines are given: an image, secrets in Secret Manager, and what is in the cluster of them."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.container_image import ContainerImage, ContainerImageArgs
from components.kubernetes.configuration import Configuration, ConfigurationArgs
from components.kubernetes.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.kubernetes.mirrored_secret import MirroredSecret, MirroredSecretArgs
from components.secret import Secret, SecretArgs, SecretRef
from services.memorise.place import SYSTEM, Place
from services.memorise.settings import EngineSettings
from services.settings import SecretSetting
from services.stack_secrets import StackSecrets


def engine_image(
    name: str, settings: EngineSettings, place: Place, dockerfile: str, parent: ComponentResource
) -> Output[str]:
    """The image of an engine, built from its folder or built elsewhere, by digest."""
    return ContainerImage(
        f"{SYSTEM}-{name}",
        ContainerImageArgs(
            environment=place.environment,
            registry=place.foundation.images.url,
            context=settings.source,
            dockerfile=dockerfile if settings.source else None,
            prebuilt=settings.image,
        ),
        ResourceOptions(parent=parent),
    ).reference


def own_secrets(
    name: str,
    wanted: Mapping[str, SecretSetting],
    place: Place,
    secrets: StackSecrets,
    parent: ComponentResource,
) -> dict[str, SecretRef]:
    """An engine's secrets by variable; no account reads them, the cluster is handed their values."""
    return {
        variable: Secret(
            f"{SYSTEM}-{name}-{variable.lower().replace('_', '-')}",
            SecretArgs(environment=place.environment, source=secrets.source(variable, setting)),
            ResourceOptions(parent=parent),
        ).ref
        for variable, setting in sorted(wanted.items())
    }


def configuration(
    name: str, data: Mapping[str, Input[str]], place: Place, parent: ComponentResource
) -> Configuration:
    """A ConfigMap of that name."""
    return Configuration(
        place.logical(name),
        ConfigurationArgs(namespace=place.namespace, name=name, data=data),
        place.cluster.options(parent),
    )


def mirrored(
    name: str, secrets: Mapping[str, SecretRef], place: Place, parent: ComponentResource
) -> MirroredSecret:
    """A Kubernetes Secret of that name."""
    return MirroredSecret(
        place.logical(name),
        MirroredSecretArgs(
            environment=place.environment, namespace=place.namespace, name=name, secrets=secrets
        ),
        place.cluster.options(parent),
    )


def identity(name: str, display_name: str, place: Place, parent: ComponentResource) -> WorkloadIdentity:
    """Who the pods of that name are; it may do nothing at Google that nobody else grants."""
    return WorkloadIdentity(
        place.logical(name),
        WorkloadIdentityArgs(
            environment=place.environment,
            cluster=place.cluster,
            namespace=place.namespace,
            namespace_name=place.namespace_name,
            name=name,
            display_name=display_name,
        ),
        place.cluster.options(parent),
    )
