"""The `earmark` command: one file a command, exit 0 on success, 1 on failure, 2 on bad input with one clear line."""
