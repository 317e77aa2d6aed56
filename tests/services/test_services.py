"""The services that tests stand on do what tests expect of them."""

import asyncio
import os
import smtplib
import ssl
import subprocess
from datetime import UTC, datetime
from email.message import EmailMessage

import asyncpg
import pytest
from valkey import Valkey

from suivi.core.database import connect, disconnect
from suivi.core.partners.models import Partner
from tests.services.databases import Databases
from tests.services.leftovers import descendants
from tests.services.postgres import Postgres
from tests.services.smtp import PASSWORD, USER, SmtpServer


def a_mail(subject: str = "Votre dossier") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "suivi@example.org", "clinic@example.org", subject
    mail.set_content("Une réponse est attendue avant le 3 mars.\n")
    return mail


def send(server: SmtpServer, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        client.send_message(mail)


def test_the_mail_server_keeps_what_it_receives(smtp: SmtpServer) -> None:
    send(smtp, a_mail("Première visite"))

    [received] = smtp.mailbox
    assert received["Subject"] == "Première visite"
    assert "réponse est attendue" in received.get_content()
    assert smtp.recipients == ["clinic@example.org"]


def test_the_mail_server_can_be_down_and_up_again_at_the_same_address(smtp: SmtpServer) -> None:
    smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp, a_mail())

    smtp.start()
    send(smtp, a_mail())

    assert len(smtp.mailbox) == 1


def test_the_mail_server_can_refuse_for_a_while(smtp: SmtpServer) -> None:
    smtp.fail_with("451 4.3.0 Try later")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send(smtp, a_mail())

    smtp.fail_with(None)
    send(smtp, a_mail())

    assert len(smtp.mailbox) == 1


def test_the_protected_mail_server_wants_encryption_and_a_login(smtp_tls: SmtpServer) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
        send(smtp_tls, a_mail())

    with smtplib.SMTP("127.0.0.1", smtp_tls.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(smtp_tls.certificate)))
        client.login(USER, PASSWORD)
        client.send_message(a_mail())

    assert len(smtp_tls.mailbox) == 1


def test_the_feed_server_answers(valkey_url: str) -> None:
    with Valkey.from_url(valkey_url) as client:
        assert client.ping()


def test_postgresql_copies_a_database_with_its_rows_and_forgets_it(postgres_server: Postgres) -> None:
    async def rows(url: str, *statements: str) -> list[int]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
            return [row["day"] for row in await connection.fetch("SELECT day FROM visits")]
        finally:
            await connection.close()

    source = postgres_server.create("source")
    asyncio.run(rows(source, "CREATE TABLE visits (day int)", "INSERT INTO visits VALUES (7), (30)"))
    copy = postgres_server.create("copy", template="source")

    assert asyncio.run(rows(copy)) == [7, 30]

    postgres_server.drop("copy")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        asyncio.run(rows(copy))
    postgres_server.drop("source")


@pytest.mark.parametrize("test", ["first", "second"])
async def test_every_test_finds_a_database_without_rows(database_url: str, test: str) -> None:
    await connect(database_url)
    try:
        found = await Partner.all().count()
        await Partner.create(name=f"the {test} partner", registered_at=datetime(2026, 1, 5, tzinfo=UTC))
    finally:
        await disconnect()

    assert found == 0


def test_a_database_of_ones_own_is_nobody_elses(databases: Databases, database_url: str) -> None:
    assert len({databases.new(), databases.new(), databases.new(migrated=False), database_url}) == 4


def test_a_process_left_running_by_a_process_that_ended_is_seen() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & echo $!"], stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout
        orphan = int(shell.stdout.readline())
        shell.wait()
        assert orphan in [process.pid for process in descendants(os.getpid())]

        os.kill(orphan, 9)
        os.waitpid(orphan, 0)

    assert orphan not in [process.pid for process in descendants(os.getpid())]
