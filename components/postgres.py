"""A Cloud SQL for PostgreSQL instance on a private address, its databases, and a user for each of them.

Owns the instance, the databases, the users with their passwords, and the secrets that hold them. Does not
own the connection it gets its address through, nor anything inside a database: tables belong to whoever
migrates them.

Each user is given the URL of its own database and of no other. Cloud SQL's API can't go further: it knows
no GRANT and no REVOKE. Every user made through it is a member of `cloudsqlsuperuser`, which owns all
databases, and PostgreSQL lets everybody connect to each of them. Whoever wants the line drawn in the server
as well says so in SQL, from inside the network: each database to its user, CONNECT revoked from PUBLIC, the
membership revoked from the user.

Cloud SQL takes one operation an instance at a time. Users and databases need no edges between them for
that: the provider holds a lock for each instance.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, CustomTimeouts, Output, ResourceOptions
from pulumi_gcp import sql
from pulumi_random import RandomPassword

from components.postgres_args import PostgresArgs
from components.postgres_settings import instance_settings
from components.secret import Given, Secret, SecretArgs, SecretRef

SQL_API = "sqladmin.googleapis.com"


class Postgres(ComponentResource):
    """A private PostgreSQL with a database, a user and a URL for each key.

    Attributes:
        host: its address in the VPC.
        port: its port.
        connection_name: `PROJECT:REGION:INSTANCE`, as Google's own connectors take it.
        instance_name: its name, made unique by Pulumi: a name can't be used again for a week.
    """

    host: Output[str]
    port: int = 5432
    connection_name: Output[str]
    instance_name: Output[str]

    def __init__(self, name: str, args: PostgresArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ai-platform:components:Postgres", name, None, opts)
        self._name, self._args = name, args
        self._project = args.environment.project_using(SQL_API)

        instance = self._instance()
        self.host = instance.private_ip_address
        self.connection_name, self.instance_name = instance.connection_name, instance.name
        passwords = {key: self._password(key) for key in sorted(args.databases)}
        users = {key: self._user(key, password) for key, password in passwords.items()}
        databases = {key: self._database(key) for key in passwords}
        self._urls = {key: self._url_secret(key, users[key], databases[key]) for key in passwords}
        self._passwords = {
            key: self._password_secret(key, users[key]) for key in sorted(args.password_secrets)
        }

        self.register_outputs(
            {
                "host": self.host,
                "connection_name": self.connection_name,
                "instance_name": self.instance_name,
            }
        )

    def user(self, key: str) -> str:
        """The user of the database known as `key`; it has the database's name."""
        return self.database(key)

    def database(self, key: str) -> str:
        """The name of the database known as `key`."""
        return self._args.databases[key]

    def secret_env(self, variables: Mapping[str, str]) -> dict[str, SecretRef]:
        """The URLs of the databases, each as the variable that `variables` has for its key."""
        return {variable: self._urls[key].ref for key, variable in variables.items()}

    def password_env(self, variables: Mapping[str, str]) -> dict[str, SecretRef]:
        """The bare passwords of keys in `password_secrets`, each as the variable for its key."""
        return {variable: self._passwords[key].ref for key, variable in variables.items()}

    def _instance(self) -> sql.DatabaseInstance:
        environment = self._args.environment
        return sql.DatabaseInstance(
            self._name,
            project=self._project,
            region=environment.region,
            database_version=self._args.version,
            settings=instance_settings(self._args),
            deletion_protection=environment.protect,
            opts=ResourceOptions(
                parent=self,
                protect=environment.protect,
                # Cloud SQL is the owner of the size once the instance is made: it lets the disk grow.
                ignore_changes=["settings.diskSize"],
                # An upgrade of the version or a new standby takes longer than making the instance.
                custom_timeouts=CustomTimeouts(create="60m", update="120m", delete="60m"),
            ),
        )

    def _password(self, key: str) -> RandomPassword:
        # Letters and digits alone, since it becomes part of a URL.
        return RandomPassword(
            f"{self._child(key)}-password", length=32, special=False, opts=ResourceOptions(parent=self)
        )

    def _user(self, key: str, password: RandomPassword) -> sql.User:
        return sql.User(
            f"{self._child(key)}-user",
            project=self._project,
            instance=self.instance_name,
            name=self.user(key),
            password=Output.secret(password.result),
            # PostgreSQL drops no user that owns something; it goes with the instance.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self),
        )

    def _database(self, key: str) -> sql.Database:
        return sql.Database(
            f"{self._child(key)}-database",
            project=self._project,
            instance=self.instance_name,
            name=self.database(key),
            # PostgreSQL drops no database that somebody is connected to; it goes with the instance.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self, protect=self._args.environment.protect),
        )

    def _url_secret(self, key: str, user: sql.User, database: sql.Database) -> Secret:
        """A secret that is known once the user and the database that its URL names are made."""
        url = Output.format(
            "postgresql://{}:{}@{}:{}/{}?sslmode=require",
            user.name,
            _password_of(user),
            self.host,
            self.port,
            database.name,
        )
        return self._secret(f"{self._child(key)}-url", url)

    def _password_secret(self, key: str, user: sql.User) -> Secret:
        return self._secret(f"{self._child(key)}-password", _password_of(user))

    def _secret(self, name: str, value: Output[str]) -> Secret:
        return Secret(
            name,
            SecretArgs(
                environment=self._args.environment, source=Given(value=value), readers=self._args.readers
            ),
            ResourceOptions(parent=self),
        )

    def _child(self, key: str) -> str:
        return f"{self._name}-{key.replace('_', '-')}"


def _password_of(user: sql.User) -> Output[str]:
    return Output.secret(user.password.apply(lambda password: password or ""))
