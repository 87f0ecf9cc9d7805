"""Calls as vCons: the form in which other companies' programs read them."""
