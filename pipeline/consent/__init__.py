"""Which law a call is under, what it demands, and the words that meet it."""
