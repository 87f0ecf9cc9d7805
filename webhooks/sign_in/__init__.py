"""Coming in and going out: log-in, the first password, one's own account, and who the people of a tenant are."""
