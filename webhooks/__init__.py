"""Everything that speaks HTTP to Earmark. Knows the pipeline; the pipeline does not know it."""
