"""Makes what an installation on one machine stands on: the bucket, and the database brought up to date.

In AWS the bucket is made by `infra/cloud`; there `--database-alone` does the second half, before each release.
"""

from __future__ import annotations

import sys
import time

from pipeline.bootstrap import open_base
from pipeline.model.errors import StoreError
from pipeline.settings import read_settings

PATIENCE_S = 90


def main() -> int:
    """Wait for database and S3 server, and prepare both. Repeating it changes nothing."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            with open_base(read_settings()) as base:
                make = getattr(base.vault.objects, "create_bucket", None)
                if make is not None and "--database-alone" not in sys.argv:
                    make()
            return 0
        except StoreError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
