"""What a tenant's people do beside reviewing: requests, holds, deletions, what failed, policy versions, figures."""
