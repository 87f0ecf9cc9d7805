"""Foreign sound is decoded by a small process of its own: no network, no files, little memory and little time."""
