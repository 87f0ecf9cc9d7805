"""A local server that behaves as Twilio does: it executes TwiML, records what it is told to, and calls back.

It answers only what Earmark uses. It hears no real speech: prompts are clips or a hum, conversations are sample
audio, and time is simulated. It is not a Twilio emulator for anything else.
"""

from samples.twilio_standin.ledger import Account
from samples.twilio_standin.played import PlayedCall
from samples.twilio_standin.player import NumberUrls, tenant_urls
from samples.twilio_standin.server import Standin

__all__ = ["Account", "NumberUrls", "PlayedCall", "Standin", "tenant_urls"]
