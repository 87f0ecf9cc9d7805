"""Everything that happens to a recording, from the first ring to its destruction. Knows nothing of HTTP."""
