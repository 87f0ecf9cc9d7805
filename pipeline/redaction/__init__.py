"""Finding personal data in speech, and hiding it in text and sound from one manifest."""
