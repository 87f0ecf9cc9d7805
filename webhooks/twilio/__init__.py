"""Twilio speaks, we answer: documents for its calls, and receipts for its news."""
