"""The words of the field as plain frozen values and pure functions. Imports no library."""
