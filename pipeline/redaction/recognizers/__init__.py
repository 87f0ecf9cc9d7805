"""One short Presidio recogniser a file."""
