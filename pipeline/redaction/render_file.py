"""Redacted audio from a file to a file, in constant memory: the result appears whole, or not at all.

What is hidden is never written, not even for a moment: each piece is muted before it goes out. The result is for its
owner alone (mode 0600). It survives the end of the process, not a power failure: whoever needs that syncs it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from pipeline.model.span import TimeSpan
from pipeline.redaction.media_source import open_sound
from pipeline.redaction.media_stream import stream_of
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.render_audio import redacted_pieces


def render_audio_file(
    source: Path | BinaryIO, target: Path, muted: Mapping[int, Sequence[TimeSpan]], *, style: AudioStyle
) -> None:
    """Write what `render_audio` would give of a file to another file, which may be the same one.

    Args:
        source: a whole sound file, or one that is open for reading.
        target: where the result goes; what is there is replaced at the end.
        muted: for each channel the spans to replace, in any order; a channel without an entry stays as it is.
        style: what is put in their place.

    Raises:
        InvalidInput: the audio cannot be decoded, or is not a plain file.
        Withheld: a span ends beyond the audio, or its channel does not exist.
        OSError: the source cannot be read, or the target not written.
    """
    with open_sound(source) as sound:
        pieces = redacted_pieces(stream_of(sound), muted, style=style)
        with _appearing(target) as out:
            for piece in pieces:
                out.write(piece)


@contextmanager
def _appearing(target: Path) -> Iterator[IO[bytes]]:
    """Write beside the target; at the end it takes its place, and after any failure nothing is left behind."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".earmark-", delete=False) as out:
        try:
            yield out
            out.close()
            Path(out.name).replace(target)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
