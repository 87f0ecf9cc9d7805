"""Measures how well personal data is found and hidden, against labels made by people. Counts and places, no words."""
