"""The `suivi` command: every subcommand with its help; what they do is in `suivi.commands`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from suivi import __version__

app = typer.Typer(
    name="suivi",
    help="Suivi follows what happens after a medical treatment abroad: a GraphQL server, and what keeps it going.",
    epilog="Start with `suivi demo`. Settings are SUIVI_… variables: `suivi doctor` lists them all and checks them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
audit = typer.Typer(no_args_is_help=True, help="Prove that the history was not changed behind Suivi's back.")
app.add_typer(audit, name="audit")
documents = typer.Typer(no_args_is_help=True, help="Examine the documents that frontends hand in beforehand.")
app.add_typer(documents, name="documents")
plugins = typer.Typer()
app.add_typer(plugins, name="plugins")
plugin = typer.Typer(no_args_is_help=True, help="Start a plugin of your own.")
app.add_typer(plugin, name="plugin")

Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on standard output.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; SUIVI_PORT or 8000 otherwise.")]


def main() -> None:
    """Ends with 0, with 1 and one message when something stands in the way, or with 2 when called wrongly."""
    try:
        app()
    except Exception as error:
        from suivi.problems import explain

        message = explain(error)
        if message is None:
            raise
        print(f"suivi: {message}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"suivi {__version__}")
        raise typer.Exit


@app.callback()
def suivi(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


@app.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo's data away first.")] = False,
    port: Port = None,
    data: Annotated[Path, typer.Option(help="Folder of the demo's own database, photos, mails and keys.")] = Path(
        ".suivi/demo"
    ),
    serve: Annotated[bool, typer.Option(help="Keep serving once the story is told.")] = True,
) -> None:
    """Play one case from beginning to end against a real server, then leave it running for you to try.

    The quickest way to see what Suivi does. Nothing leaves this machine: the clinic's mailbox is in the demo too.
    Starting it again continues where it was; your own data in .suivi are not touched.

    \b
    Examples:
      suivi demo
      suivi demo --port 8080
      suivi demo --reset --no-serve
    """
    from suivi.commands import demo

    demo.run(data, port=port, reset=reset, keep_serving=serve)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; SUIVI_HOST or 127.0.0.1 otherwise.")] = None,
    port: Port = None,
    deliver: Annotated[
        bool | None,
        typer.Option(help="Whether to deliver notices from inside the server; SUIVI_DELIVER or yes otherwise."),
    ] = None,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Log each request's method, first path segment and status.")
    ] = False,
) -> None:
    """Start the server: GraphQL over HTTP and WebSocket on one port.

    The database is brought up to date first; replicas that start together take turns. Without any setting it runs
    on SQLite and a folder; settings move it to PostgreSQL, S3, Valkey and an identity provider.

    \b
    Examples:
      suivi serve --port 8080
      SUIVI_DATABASE_URL=postgresql://suivi:secret@db/suivi suivi serve --host 0.0.0.0
      suivi serve --no-deliver     beside one or more `suivi worker`
    """
    from suivi.commands import serve

    serve.run(host=host, port=port, deliver=deliver, access_log=access_log)


@app.command()
def worker() -> None:
    """Deliver notices to clinics, in a process of its own.

    Run as many as you like beside servers with SUIVI_DELIVER=false: on PostgreSQL each takes what no other has.
    SIGTERM or Ctrl-C lets it finish what is in hand; nothing is lost if it is killed.

    \b
    Example:
      SUIVI_DATABASE_URL=postgresql://… SUIVI_SMTP_URL=smtp://… suivi worker
    """
    from suivi.commands import worker

    worker.run()


@app.command()
def migrate() -> None:
    """Bring the database up to date, and say what was done.

    `suivi serve` does the same when it starts; run it apart to have the new version's tables before its servers.

    \b
    Example:
      SUIVI_DATABASE_URL=postgresql://suivi:secret@db/suivi suivi migrate
    """
    from suivi.commands import migrate

    migrate.run()


@app.command()
def token(
    role: Annotated[str, typer.Argument(help="patient, practitioner, coordinator, frontend, operator, …")],
    subject: Annotated[str, typer.Argument(help="Whom it stands for: the subject they were registered with.")],
    partner: Annotated[
        str | None,
        typer.Option(help="The partner it was issued for, by its id in the API or its UUID; frontends need one."),
    ] = None,
    frontend: Annotated[str | None, typer.Option(help="The frontend that acts for the subject.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 366, help="How long it is valid.")] = 12,
) -> None:
    """Make a token to try the API with. For development: in production your identity provider issues them.

    It is signed with the key in the data folder, so use the same SUIVI_DATA_DIR as the server.

    \b
    Examples:
      suivi token operator me
      suivi token practitioner dr-nagy --hours 1
      suivi token patient p-17 --partner UGFydG5lcjow… --frontend our-app
    """
    from suivi.commands import token

    token.run(role, subject, partner=partner, frontend=frontend, hours=hours)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is configured, what can be reached, what is missing, and what to do about it.

    Run it with the server's own environment, before the first start or when something is odd. It prints no secret.
    It writes one small object to the store and removes it, and makes the data folder or the bucket when there is
    none. Ends with 1 when something that is configured cannot be reached.

    \b
    Examples:
      suivi doctor
      suivi doctor --json | jq .checks
    """
    from suivi.commands import doctor

    raise typer.Exit(doctor.run(as_json=as_json))


@plugins.callback(invoke_without_command=True)
def list_plugins(context: typer.Context, as_json: Json = False) -> None:
    """List the plugins in force: versions, hooks, procedures, languages, sources, and who reviewed their figures.

    Specialties and ways to reach a clinic are plugins, the built-in ones too. A plugin that cannot be used stops
    the server; here you see why.

    \b
    Examples:
      suivi plugins
      suivi plugins --json
      suivi plugins try cases.yaml
      suivi plugins diff
    """
    if context.invoked_subcommand is not None:
        return
    from suivi.commands import plugins

    plugins.run(as_json=as_json)


@plugins.command("try")
def try_cases(
    file: Annotated[
        Path | None, typer.Argument(help="Sample cases in YAML; - reads them from standard input.", show_default=False)
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Try what the database has on record instead.")] = False,
    specialty: Annotated[str | None, typer.Option(help="With --history: only this specialty.")] = None,
    as_json: Json = False,
) -> None:
    """Evaluate sample cases, or the history: every hint with the facts and sources it rests on. Nothing is stored.

    The format is described in docs/sample-cases.md; a plugin's golden cases have it too. Where a case says what it
    expects, the answer is compared. Ends with 1 when one is not as expected, with 2 when the file cannot be read.

    With --history, every complication report is evaluated on its day and every treatment as it stands, by the rules
    that are installed: what a new version would say, before it is in force. It shows ids and figures, nobody's words.

    \b
    Examples:
      suivi plugins try cases.yaml
      suivi plugins try cases.yaml --json | jq .[0].hints
      suivi plugins try --history --specialty dental
    """
    if (file is None) != history:
        raise typer.BadParameter("give a file of sample cases, or --history", param_hint="FILE")
    from suivi.commands import plugins_history, plugins_try

    if file is not None:
        raise typer.Exit(plugins_try.run(file, as_json=as_json))
    raise typer.Exit(plugins_history.run(specialty, as_json=as_json))


@plugins.command()
def diff(
    specialty: Annotated[str | None, typer.Argument(help="Only this specialty; all of them otherwise.")] = None,
    as_json: Json = False,
) -> None:
    """Say which open cases the installed rules would change, and how, compared with the rules each is pinned to.

    Reads the database and changes nothing: a treatment keeps its rules until somebody at its clinic moves it with
    the mutation `repinRules`.

    \b
    Examples:
      suivi plugins diff
      suivi plugins diff dental --json
    """
    from suivi.commands import plugins_diff

    raise typer.Exit(plugins_diff.run(specialty, as_json=as_json))


@plugins.command()
def page(
    specialty: Annotated[str, typer.Argument(help="Its id, such as dental.")],
    out: Annotated[Path, typer.Option(help="Folder to write into; made where it does not exist.")] = Path("reference"),
) -> None:
    """Write the reference page of a specialty: a picture a procedure, the same in words, and the sources.

    \b
    Examples:
      suivi plugins page dental
      suivi plugins page dental --out docs
    """
    from suivi.commands import plugins_page

    raise typer.Exit(plugins_page.run(specialty, out))


@plugin.command()
def new(
    specialty: Annotated[str, typer.Argument(help="Its id in lower case, such as dermatology.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where to make it; ./suivi-<specialty> otherwise. It must not exist.")
    ] = None,
) -> None:
    """Make a working specialty package: protocol, languages, golden cases, tests, CI and a README.

    `pip install -e '.[test]' && pytest` is green in it at once; docs/write-a-plugin.md goes on from there.

    \b
    Example:
      suivi plugin new dermatology
    """
    from suivi.commands import plugin_new

    plugin_new.run(specialty, folder=folder)


@app.command()
def wording(
    lang: Annotated[str, typer.Option("--lang", help="Language of the sentences: en, fr, de, es, tr, ko.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="A sentence a line, in UTF-8; standard input otherwise.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which sentences promise a result: a sentence a line in, a finding a line out.

    A sentence is a promise when it says or implies that a result will occur: looks, function, pregnancy, absence of
    harm, satisfaction. What is done if a result fails, warranties on things, negations and figures of the past are
    none. The server asks for a reason before it publishes one; docs/wording.md says how the words are found.

    With --json every line is answered by one object with text, flagged, spans, reason and suggestion, at once.
    Spans are half open and count code points of the line. Ends with 0 whatever was found, and with 2 when there are no
    words for the language or the file cannot be read.

    \b
    Examples:
      echo "We guarantee a perfect nose." | suivi wording --lang en
      suivi wording --lang fr --json conditions.txt | jq 'select(.flagged)'
    """
    from suivi.commands import wording

    raise typer.Exit(wording.run(lang, None if file == Path("-") else file, as_json=as_json))


@app.command()
def schema() -> None:
    """Print the GraphQL schema, as clients and code generators want it.

    It is the content of schema.graphql, so a change of the API shows up in review.

    \b
    Example:
      suivi schema > schema.graphql
    """
    from suivi.commands import schema

    schema.run()


@app.command("verify")
def verify_document(
    file: Annotated[Path, typer.Argument(help="A document as PDF or JSON; - reads it from standard input.")],
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="The platform's certificates as PEM; those of the configured key otherwise.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say whether a document, such as a clinic's written confirmation, is as it was signed, to the last byte.

    It tells the document's number, the clinic, who signed, when, and the hash. Needs no database and no server: whoever
    holds the file and the platform's certificate (`suivi certificate`, or /certificate.pem of its server) can verify.
    Ends with 0 when the document is intact, with 1 when it is not, with a sentence that says why, and with 2 when the
    file is no document or cannot be read.

    \b
    Examples:
      suivi verify confirmation.pdf --certificate suivi.pem
      suivi verify confirmation.json --json | jq .document.items
    """
    from suivi.commands import verify

    raise typer.Exit(verify.run(file, certificate, as_json=as_json))


@app.command()
def certificate() -> None:
    """Print the certificates that documents are verified with: that of the signing key, and of earlier ones. Public.

    Hand them out, or have partners fetch them from /certificate.pem of the server. A key is made where there is none.

    \b
    Example:
      suivi certificate > suivi.pem
    """
    from suivi.commands import verify

    verify.show_certificate()


@documents.command()
def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A manifest, or a folder of them; SUIVI_TRUSTED_DOCUMENTS otherwise.",
            show_default=False,
            metavar="PATH",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Examine a manifest of trusted documents: whether each fits the schema and the limits, and what it may cost.

    The server does the same when it starts, and does not start when one does not fit. Manifests are those of
    relay-compiler, Apollo's generate-persisted-query-manifest and graphql-codegen. Needs no database. Ends with 1 when
    a document does not fit, or when the manifest cannot be read.

    \b
    Examples:
      suivi documents check persisted-query-manifest.json
      suivi documents check manifests/ --json | jq .faults
    """
    from suivi.commands import documents

    raise typer.Exit(documents.run(path, as_json=as_json))


@audit.command()
def verify(as_json: Json = False) -> None:
    """Check every event and every row against the log's hashes, and name each that was changed, removed or added.

    Run it from time to time, and before relying on a history. It reads one snapshot, so the server may keep working.
    It needs the server's audit key: SUIVI_AUDIT_KEY, or the one in its data folder. Ends with 1 when something is
    not as it was recorded.

    \b
    Examples:
      suivi audit verify
      suivi audit verify --json > audit-$(date +%F).json
    """
    from suivi.commands import audit

    raise typer.Exit(audit.run(as_json=as_json))


if __name__ == "__main__":
    main()
