"""Findings for staff: by an attribute, and as files: a workbook, delimited text with its codebook, SPSS, pages to
print."""

from __future__ import annotations

from flows.charts import chart_message
from flows.desk import Desk
from flows.flow import Flow
from flows.results.published import published, results_in, shown_as
from flows.surveys.labels import Labels
from flows.surveys.report import codebook, cross_chart, report, ways_to_cross
from flows.surveys.results import protection
from flows.turn import File, Message, Turn, end, go, link
from flows.words import _, paragraphs
from storage.consultations import Consultation

flow = Flow()

KINDS = {
    "xlsx": _("Excel (.xlsx)"),
    "pdf": _("To print (.pdf)"),
    "csv": _("Plain table (.csv)"),
    "sav": _("SPSS (.sav)"),
}


@flow.command("download", audience="staff")
async def download(desk: Desk, argument: str) -> Turn:
    """`/download ID` asks for the kind of file; `/download ID xlsx` sends it."""
    id, _space, kind = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None:
        return end(_("I cannot find that consultation."), [[link("consultations", _("Consultations"))]])
    back = [link(f"consultation {id}", _("Back to the consultation"))]
    if consultation.state != "closed":
        return end(_("There are no results yet: people are still answering."), [back])
    if kind not in KINDS:
        text = paragraphs(
            _("As what would you like to have the results?"),
            _("The files hold figures, never single answers, so you can pass them on."),
        )
        return end(text, [*([link(f"download {id} {kind}", words)] for kind, words in KINDS.items()), back])
    await desk.record("downloaded results", f"consultation:{id}", kind=kind)
    messages = await _files(desk, consultation, kind)
    return end(_("That is all."), [[link(f"download {id}", _("Another kind of file"))], back]).before(*messages)


@flow.command("by", audience="staff")
async def by(desk: Desk, argument: str) -> Turn:
    """`/by QUESTION ATTRIBUTE`: what each group answered."""
    id, _space, key = argument.partition(" ")
    question = await desk.store.consultations.question(id)
    consultation = await desk.store.consultations.load(question.consultation_id) if question else None
    if question is None or consultation is None or consultation.state != "closed":
        return go("consultations")
    found = await published(desk, consultation.id)
    one = found.questions.get(id)
    if one is None or not one.by.get(key):
        return go("results", consultation.id)
    labels = Labels.of(await desk.store.attributes.all(), desk.voice.language)
    drawn = chart_message(cross_chart(shown_as(question, one), one, found, key, labels))
    others = ways_to_cross(question, one, labels, without=key)
    back = [link(f"results {consultation.id}", _("All results"))]
    return end(protection(found.rule), [*others, back]).before(drawn)


async def _files(desk: Desk, consultation: Consultation, kind: str) -> list[Message]:
    found = await published(desk, consultation.id)
    questions = await results_in(desk, consultation.id, found)
    labels = Labels.of(await desk.store.attributes.all(), desk.voice.language)
    whole = report(consultation, questions, found, labels)
    messages = [
        Message(_("The results of “{question}”", question=consultation.question), file=File(f"results.{kind}", whole))
    ]
    if kind == "csv":
        messages.append(Message(_("What its columns mean"), file=File("codebook.csv", codebook(whole))))
    return messages
