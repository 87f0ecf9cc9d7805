"""What a deployment chooses. Everything else is the same everywhere, so that one snapshot can be reviewed for all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The choices, each with the value that the snapshot is made with. Give others by `--context name=value`.

    `region` holds data and machines, `replica_region` the copies of what policy lets be copied. `replicate` stays off
    until purges reach the other region too: a copy that a purge misses would make its certificate a lie.
    `tenants_alone` is off only while tasks run that take no role for each tenant yet: it leaves them their rights.
    """

    region: str = "eu-central-1"
    replica_region: str = "eu-west-1"
    replicate: bool = False
    tenants_alone: bool = True
    web_tasks: int = 2
    worker_tasks: int = 2
    most_web_tasks: int = 12
    most_worker_tasks: int = 40
    log_days: int = 90
    """Days that process logs are kept. They hold ids, counts and digests, never words or numbers."""

    def vault_name(self, account: str) -> str:
        """Name the bucket of artifacts; a trainer or a reviewer finds it by its name."""
        return f"earmark-vault-{account}-{self.region}"

    def replica_name(self, account: str) -> str:
        """Name the bucket in the other region."""
        return f"earmark-replica-{account}-{self.replica_region}"
