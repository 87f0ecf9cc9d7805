"""Everything that is kept: rows under row-level security, sealed artifacts, the audit chain."""
