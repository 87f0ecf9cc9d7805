"""Stands where PyAV would: faster-whisper imports it, and its decoder is never called (pipeline/vendors/local_asr.py).

PyAV's wheel links codecs under the GPL, which no image of ours ships. Whoever calls it here is told so.
"""

from __future__ import annotations


def __getattr__(name: str) -> object:
    raise AttributeError(
        f"this image has no PyAV: {name} is not to be had, sound is decoded by pipeline.redaction.audio"
    )
