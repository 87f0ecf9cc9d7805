from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SERVERS = ("sqlalchemy", "psycopg", "dbos", "boto3", "httpx", "fastapi", "twilio", "uvicorn")


def test_checking_a_dataset_loads_nothing_that_talks_to_a_server() -> None:
    code = f"import sys, pipeline.datasets.verify; print([m for m in {SERVERS!r} if m in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
