"""The reviewers' part of the console."""
