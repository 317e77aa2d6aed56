"""What a mail says and what it does not (R-175, R-231, R-250)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from string import Formatter
from typing import Any
from uuid import UUID

import pytest

from suivi.core.adapters import NotDelivered, Notice
from suivi.plugins.email.mail import LOCALES, TEXTS, compose, sender_address

SENDER = Address("Suivi", "notices", "suivi.example")
MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)


def a_notice(**values: Any) -> Notice:
    return Notice(
        **{
            "event_id": UUID(int=1),
            "delivery_id": UUID(int=2),
            "kind": "complication_reported",
            "to": "aftercare@duna.example",
            "locale": "en",
            "link": "https://suivi.example/open/2",
            "urgent": False,
            **values,
        }
    )


def a_mail(**values: Any) -> EmailMessage:
    return compose(a_notice(**values), SENDER, at=MONDAY)


def words(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert html
    return plain.get_content(), html.get_content()


def keys(texts: Mapping[str, Any], path: str = "") -> set[str]:
    return {
        key
        for name, value in texts.items()
        for key in (keys(value, f"{path}{name}.") if isinstance(value, Mapping) else {f"{path}{name}"})
    }


def test_there_are_texts_in_the_languages_of_our_clinics() -> None:
    spoken = {"en", "fr", "de", "es", "tr", "hu", "ko"}

    written = set(LOCALES)

    assert written == spoken
    assert LOCALES[0] == "en"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_says_everything(locale: str) -> None:
    texts = TEXTS[locale]

    fields = [field for _, field, _, _ in Formatter().parse(texts["urgent_subject"]) if field]

    assert keys(texts) == keys(TEXTS["en"])
    assert fields == ["subject"]


def test_a_clinic_in_budapest_reads_hungarian() -> None:
    mail = a_mail(locale="hu", urgent=True)

    plain, html = words(mail)

    assert mail["Subject"] == "Sürgős: Szövődményt jelentettek be"
    assert "Az Önök klinikája által követett egyik esetben szövődményt jelentettek be." in plain
    assert '<html lang="hu">' in html


@pytest.mark.parametrize(("asked", "answered"), [("fr-CA", "fr"), ("ro", "en"), ("", "en")])
def test_a_language_we_do_not_have_falls_back_to_its_base_or_to_english(asked: str, answered: str) -> None:
    mail = a_mail(locale=asked)

    language = mail["Content-Language"]

    assert language == answered


@pytest.mark.parametrize("urgent", [True, False])
def test_the_mail_says_whether_it_is_urgent_and_no_more_of_it(urgent: bool) -> None:
    mail = a_mail(urgent=urgent)

    plain, _ = words(mail)

    assert ("urgent" in plain.lower(), mail["Subject"].startswith("Urgent: ")) == (urgent, urgent)
    assert mail["Importance"] == ("high" if urgent else None)


def test_an_event_without_words_of_its_own_is_told_as_news() -> None:
    mail = a_mail(kind="something_else")

    plain, _ = words(mail)

    assert plain.startswith("There is something new in a case")
    assert "something_else" not in mail.as_string()


def test_every_attempt_has_the_same_message_id_and_no_robot_answers() -> None:
    first, again = a_mail(), compose(a_notice(), SENDER, at=MONDAY.replace(day=6))

    other = a_mail(delivery_id=UUID(int=3))

    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"] == f"<{UUID(int=1)}.{UUID(int=2)}@suivi.example>"
    assert (first["Auto-Submitted"], first["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "A <a@b.example>", "a@b.example>x"],
)
def test_what_is_no_mailbox_is_given_up_and_adds_no_header(address: str) -> None:
    with pytest.raises(NotDelivered) as failure:
        a_mail(to=address)

    assert (failure.value.reason_code, failure.value.permanent) == ("ADDRESS_UNUSABLE", True)


def test_a_mailbox_with_an_international_domain_is_written_as_dns_has_it() -> None:
    mail = a_mail(to="pflege@müller-klinik.example")

    to = mail["To"]

    assert to == "pflege@xn--mller-klinik-dlb.example"


def test_a_link_cannot_break_out_of_the_html() -> None:
    mail = a_mail(link='https://suivi.example/open/2?a="><script>&b=1')

    _, html = words(mail)

    assert "<script>" not in html


@pytest.mark.parametrize("sender", ["", "nobody", "a@", "a@b.example\nBcc: c@d.example"])
def test_a_sender_that_cannot_be_one_stops_the_start(sender: str) -> None:
    with pytest.raises(ValueError, match="sender of notices"):
        sender_address(sender)


def test_every_mail_ends_with_what_medicine_owes_and_what_it_cannot() -> None:
    """R-002: word for word, also where it has several paragraphs."""
    plain, html = words(a_mail(means="A duty of means.\n\nTransfers <are> no pregnancies."))

    assert plain.rstrip().endswith("A duty of means.\n\nTransfers <are> no pregnancies.")
    assert "<p>A duty of means.</p>\n<p>Transfers &lt;are&gt; no pregnancies.</p>" in html


def test_what_medicine_owes_says_in_which_language_and_version_it_is() -> None:
    """R-002: where the mail is in a language that the notice is not in, readers are not read it as if it were."""
    means = {"means": "A duty of means.\n\nNo promise.", "means_locale": "en", "means_version": "2026-11-23+ivf-1.2.0"}

    plain, html = words(a_mail(locale="fr", **means))

    assert plain.rstrip().endswith("No promise. [2026-11-23+ivf-1.2.0]")
    assert '<html lang="fr">' in html
    assert '<p lang="en">A duty of means.</p>\n<p lang="en">No promise. [2026-11-23+ivf-1.2.0]</p>' in html


def test_a_deadline_is_told_without_saying_of_what() -> None:
    """R-135, R-138, R-175."""
    subjects = {
        kind: a_mail(kind=kind)["Subject"] for kind in ("reminder_due", "deadline_missed", "confirmation_asked")
    }

    assert subjects == {
        "reminder_due": "A deadline is coming up",
        "deadline_missed": "A deadline has passed",
        "confirmation_asked": "A written confirmation has been asked for",
    }
