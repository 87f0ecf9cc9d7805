"""The public page on which a person asks for their data, takes permission back, and follows what became of it."""
