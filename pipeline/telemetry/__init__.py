"""What a running installation tells of itself: lines, figures and traces, of ids, codes, counts and times alone."""

from pipeline.telemetry.logs import configure, guard_process, log

__all__ = ["configure", "guard_process", "log"]
