"""What every page of the console has in common: how it is written, what it is served with, who may see it."""
