"""Machine work, each safe to repeat."""
