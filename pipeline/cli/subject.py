"""`earmark subject`: what people ask for about their own data, from the day it comes to the answer."""

from __future__ import annotations

import click

from pipeline.cli import subject_intake, subject_work


@click.group("subject")
def command() -> None:
    """Requests of people about their own data: access, correction, deletion, portability, objection, withdrawal."""


for part in (
    subject_intake.open_one,
    subject_intake.list_all,
    subject_intake.due,
    subject_intake.show_one,
    subject_intake.verify,
    subject_intake.refuse_one,
    subject_work.export,
    subject_work.erase,
    subject_work.correct,
    subject_work.answer_one,
    subject_work.reindex_all,
):
    command.add_command(part)
