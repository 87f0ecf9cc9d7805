"""What a webhook does in one transaction."""
