"""The settings of a Cloud SQL for PostgreSQL instance, as they follow from its arguments: a pure function."""

from __future__ import annotations

from pulumi_gcp import sql

from components.postgres_args import PostgresArgs

_BACKUP_WINDOW_HOURS = 4
# Scanners ask for more, which is left out on purpose: `log_statement` would log the passwords of CREATE ROLE;
# `log_hostname` asks DNS at each connection for names that Cloud Run's addresses don't have; every statement
# and every temporary file would bury the few that matter.
_FLAGS = {
    # A client that died in a transaction would hold its locks and stop the clean-up for good.
    "idle_in_transaction_session_timeout": "600000",
    # On by default from PostgreSQL 15 on.
    "log_checkpoints": "on",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_lock_waits": "on",
    # Milliseconds, and for temporary files kilobytes: what is slow or spills, and not every statement.
    "log_min_duration_statement": "1000",
    "log_temp_files": "10240",
}


def instance_settings(args: PostgresArgs) -> sql.DatabaseInstanceSettingsArgs:
    """The settings of a private instance that is backed up, watched, and protected where its stack is."""
    protect = args.environment.protect
    return sql.DatabaseInstanceSettingsArgs(
        tier=args.tier,
        # Left out, PostgreSQL 16 and later get ENTERPRISE_PLUS: no custom tiers, and a far higher price.
        edition="ENTERPRISE",
        availability_type="REGIONAL" if args.highly_available else "ZONAL",
        disk_type="PD_SSD",
        disk_size=args.disk_size_gb,
        disk_autoresize=True,
        ip_configuration=sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=False, private_network=args.network, ssl_mode="ENCRYPTED_ONLY"
        ),
        backup_configuration=_backups(args),
        retain_backups_on_delete=protect,
        final_backup_config=sql.DatabaseInstanceSettingsFinalBackupConfigArgs(
            enabled=protect, retention_days=30 if protect else None
        ),
        deletion_protection_enabled=protect,
        maintenance_window=sql.DatabaseInstanceSettingsMaintenanceWindowArgs(
            day=args.maintenance_day,
            hour=args.maintenance_hour,
            # What may be lost is updated a week before what may not.
            update_track="stable" if protect else "canary",
        ),
        insights_config=sql.DatabaseInstanceSettingsInsightsConfigArgs(
            query_insights_enabled=True,
            query_plans_per_minute=5,
            query_string_length=1024,
            record_application_tags=True,
            record_client_address=False,
        ),
        database_flags=[
            sql.DatabaseInstanceSettingsDatabaseFlagArgs(name=name, value=value)
            for name, value in sorted({**_FLAGS, **args.flags}.items())
        ],
        # The provider's default labels don't reach here.
        user_labels={"managed-by": "pulumi", "stack": args.environment.stack},
    )


def _backups(args: PostgresArgs) -> sql.DatabaseInstanceSettingsBackupConfigurationArgs:
    before_maintenance = (args.maintenance_hour - _BACKUP_WINDOW_HOURS) % 24
    return sql.DatabaseInstanceSettingsBackupConfigurationArgs(
        enabled=True,
        start_time=f"{before_maintenance:02d}:00",
        location=args.environment.region,
        point_in_time_recovery_enabled=True,
        transaction_log_retention_days=args.pitr_days,
        backup_retention_settings=sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
            retained_backups=args.backup_retention_days, retention_unit="COUNT"
        ),
    )
