"""`python -m pipeline.cli` is `earmark`."""

from __future__ import annotations

from pipeline.cli import main

main()
