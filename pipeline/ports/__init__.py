"""What Earmark asks of the outside, in Earmark's words. Adapters in `pipeline.vendors` fill these."""
