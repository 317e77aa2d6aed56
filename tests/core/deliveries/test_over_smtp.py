"""From a report to a mailbox, over real SMTP (R-072, R-175, R-231, R-232)."""

from datetime import date, timedelta
from typing import Any

import pytest

from suivi.core.complications.models import ComplicationReport
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import LocalFeed
from suivi.core.messages.models import Message
from suivi.core.registry import Registry
from suivi.core.treatments.models import Treatment
from suivi.plugins.email import EmailPlugin
from suivi.plugins.email.mail import LOCALES
from tests.core.deliveries.outbox import AUDIT_KEY, NOON, Clock, a_case, a_clinic, a_notice, history, link
from tests.services.smtp import SmtpServer

# The mailbox itself, and words of everyday language that happen to be codes too.
PUBLIC = {"aftercare@duna.example", "email", "open", "patient"}

pytestmark = pytest.mark.usefixtures("database")


def a_mailing_deliverer(smtp_url: str | None, clock: Clock, **options: Any) -> Deliverer:
    registry = Registry.load(only=[], extra=[EmailPlugin(smtp_url, "Suivi <notices@suivi.example>")])
    return Deliverer(registry, LocalFeed(), AUDIT_KEY, link, clock=clock, **options)


async def test_mail_server_down_nothing_is_lost_and_all_arrives_once_it_is_back(smtp: SmtpServer) -> None:
    clock = Clock()
    deliverer = a_mailing_deliverer(smtp.url, clock)
    case = await a_case(await a_clinic())
    notices = [await a_notice(case, urgent=True) for _ in range(3)]
    smtp.stop()
    await deliverer.deliver_due()
    reasons = await Delivery.all().values_list("state", "reason")

    smtp.start()
    clock.forward(seconds=12)
    await deliverer.deliver_due()

    assert reasons == [(DeliveryState.WAITING, "SMTP_UNREACHABLE")] * 3
    assert len(smtp.mailbox) == len(notices)
    assert await history(case) == ["notice_delayed"] * 3 + ["notice_delivered"] * 3


async def test_a_mailbox_that_the_server_refuses_for_good_is_parked(smtp: SmtpServer) -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)
    smtp.fail_with("550 5.1.1 No such mailbox")

    await a_mailing_deliverer(smtp.url, Clock()).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.PARKED, "SMTP_REFUSED")
    assert await history(case) == ["notice_parked"]


async def test_without_a_mail_server_notices_wait_and_say_why() -> None:
    notice = await a_notice(await a_case(await a_clinic()))

    await a_mailing_deliverer(None, Clock()).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.WAITING, "NOT_CONFIGURED")
    assert notice.due_at > NOON


async def test_a_busy_server_is_asked_again_later(smtp: SmtpServer) -> None:
    clock = Clock()
    deliverer = a_mailing_deliverer(smtp.url, clock)
    await a_notice(await a_case(await a_clinic()))
    smtp.fail_with("451 4.3.0 Try later")
    await deliverer.deliver_due()

    smtp.fail_with(None)
    clock.now += timedelta(minutes=1)
    await deliverer.deliver_due()

    assert len(smtp.mailbox) == 1


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_mail_holds_nothing_of_the_case_in_any_language(smtp: SmtpServer, locale: str) -> None:
    clinic = await a_clinic(languages=[locale], name="Fogklinika Zsófia", city="Szeged", country="HU")
    case = await a_case(clinic, reference="PATIENT-REF-77", subject="oidc|patient-sub-77")
    treatment = await Treatment.create(
        patient_id=case.patient_id,
        clinic=clinic,
        specialty="dental-specialty",
        procedure="implant-crown",
        description="a crown on 46",
        sites=["FDI-46"],
        agreed_on=date(2026, 1, 2),
        rules_plugin="dental-plugin",
        rules_version="9.8.7",
        patient_objectives="to bite an apple",
        practitioner_objectives="occlusion",
        registered_at=NOON,
        version=1,
    )
    report = await ComplicationReport.create(
        case=case,
        treatment=treatment,
        noticed_on="2026-05-03",
        signs=["spreading_swelling"],
        words="my cheek is swollen and I have a fever",
        language="fr",
        urgency="same_day",
        red_flags=["airway_swelling"],
        rules_version="dental-plugin@9.8.7",
        reporter_role="patient",
        reporter="oidc|patient-sub-77",
        reported_at=NOON,
    )
    message = await Message.create(
        case=case, author_role="patient", author="oidc|x", body="please call me", language="fr", sent_at=NOON
    )
    notice = await a_notice(case, urgent=True)

    await a_mailing_deliverer(smtp.url, Clock()).deliver_due()

    [mail] = smtp.mailbox
    sent = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *_bodies(mail)]).casefold()
    await case.fetch_related("patient", "partner")
    rows = [case, treatment, report, message, clinic, case.patient, case.partner]
    told = {text for row in rows for text in _strings(row)} - PUBLIC
    assert link(notice.id) in sent
    assert [text for text in told if text.casefold() in sent] == []


def _bodies(mail: Any) -> list[str]:
    return [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]


def _strings(row: Any) -> list[str]:
    """Every text and id in a row; two-letter codes are in any text."""
    values = [getattr(row, name) for name in type(row)._meta.fields_db_projection]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [text for text in map(str, flat) if len(text) > 3 and text not in ("None", "True", "False")]
