"""Sample calls, and stand-ins for the vendors outside the building that play them."""
