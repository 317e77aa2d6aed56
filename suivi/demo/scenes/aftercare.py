"""Questions, messages, and a complication that reaches the clinic."""

import asyncio
from datetime import timedelta

from suivi.core.access.viewer import Role
from suivi.demo.client import Client
from suivi.demo.script import ANSWER, DAY_10, DAY_12, QUESTION, WORDS
from suivi.demo.stage import Facts, Stage, row_id

TOO_EARLY = """query($id: ID!) { treatment(id: $id) {
  recovery {
    on days { earliest } phases { key text { text locale } } rules notADiagnosis { text }
    stabilisation { tooEarly mayBeJudgedFrom { earliest } reasons { sentence } }
    normalSigns { key text { text } } redFlags { key urgency text { text } whatToDo { text } }
  }
  referenceWindow { state lastDayEarliest daysLeft won { source period version } lost { source period }
    reasons { rule sentence } }
} }"""


async def patient_asks_whether_it_is_too_early(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_10, locale="fr")
    treatment: Facts = (await patient.ask(TOO_EARLY, id=stage.ids["treatment"]))["treatment"]
    return treatment


LIVE = "subscription($case: ID!) { messagePosted(caseId: $case) { authorRole authorName language body } }"


async def both_sides_talk_live(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_10, locale="fr")
    practitioner = stage.as_(Role.PRACTITIONER, DAY_10 + timedelta(minutes=20))
    case = stage.ids["case"]
    before = await _messages(patient, case)
    async with (
        patient.following(LIVE, case=case) as heard_by_patient,
        practitioner.following(LIVE, case=case) as heard_by_practitioner,
    ):
        await _post(stage, patient, "question", QUESTION, "fr")
        await _post(stage, practitioner, "answer", ANSWER, "en")
        # Posted before an interruption, they are not posted, and therefore not heard, a second time.
        expected = 2 - before
        return {
            "patient_heard": [await _next(heard_by_patient) for _ in range(expected)],
            "practitioner_heard": [await _next(heard_by_practitioner) for _ in range(expected)],
            "messages": await _messages(patient, case),
        }


async def _messages(reader: Client, case: str) -> int:
    answer = await reader.ask("query($id: ID!) { case(id: $id) { messageCount } }", id=case)
    count: int = answer["case"]["messageCount"]
    return count


async def _post(stage: Stage, author: Client, name: str, body: str, language: str) -> None:
    message = await author.do(
        "postMessage",
        "... on Message { id }",
        key=f"demo-{name}",
        caseId=stage.ids["case"],
        body=body,
        language=language,
    )
    stage.ids[name] = message["id"]


async def _next(arriving: "asyncio.Queue[Facts]") -> Facts:
    async with asyncio.timeout(10):
        message: Facts = (await arriving.get())["messagePosted"]
        return message


async def patient_reports_swelling_and_fever(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_12, locale="fr")
    report: Facts = await patient.do(
        "reportComplication",
        """... on ComplicationReport { id reportedAt redFlags signs
           urgency { level whatToDo { text } } notAnEmergencyService { text } }""",
        key="demo-report",
        caseId=stage.ids["case"],
        signs=["facial_swelling_fever"],
        words=WORDS,
        language="fr",
    )
    stage.ids["report"] = report["id"]
    return report


async def clinic_has_the_notice(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_12 + timedelta(minutes=1), locale="fr")
    delivery = await _delivered(patient, stage.ids["case"])
    mail = stage.mailbox.mail_of(row_id(delivery["id"]))
    body = mail.get_body(("plain",))
    return {
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "language": str(mail["Content-Language"]),
        "text": body.get_content() if body else "",
        "whole": mail.as_string(),
        "delivery": delivery,
    }


DELIVERIES = (
    "query($id: ID!) { case(id: $id) { deliveries(first: 1) { id state adapter attempts urgent deliveredAt } } }"
)


async def _delivered(patient: Client, case: str) -> Facts:
    """The newest notice about the case, once its state says that it was delivered."""
    async with asyncio.timeout(20):
        while True:
            [delivery] = (await patient.ask(DELIVERIES, id=case))["case"]["deliveries"]
            if delivery["state"] == "DELIVERED":
                found: Facts = delivery
                return found
            await asyncio.sleep(0.1)


async def clinic_marks_it_seen(stage: Stage) -> Facts:
    practitioner = stage.as_(Role.PRACTITIONER, DAY_12 + timedelta(minutes=25))
    report: Facts = await practitioner.do(
        "markComplicationSeen",
        "... on ComplicationReport { seenAt seenBy { name } }",
        key="demo-seen",
        reportId=stage.ids["report"],
    )
    return report
