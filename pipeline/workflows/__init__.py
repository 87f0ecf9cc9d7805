"""The only code that knows the durable engine."""
