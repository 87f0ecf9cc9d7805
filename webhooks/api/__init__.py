"""What a tenant's own software asks of us, under `/api/v1`, with the tenant's API key."""
