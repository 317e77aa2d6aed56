"""What pages say of other pages, commands, settings and figures is so."""

import re
import shlex
from datetime import timedelta
from functools import cache
from itertools import takewhile

import pytest
from typer.testing import CliRunner

from suivi.cli import app
from suivi.core.acting import House
from suivi.core.deliveries import rules as deliveries
from suivi.core.deliveries.worker import KEPT_RESULTS_LAST
from suivi.core.evidence.actions import FORM_LIVES, LINK_LIVES
from suivi.core.evidence.content import ACCEPTED_TYPES, MAX_PIXELS
from suivi.demo.farewell import FIRST_QUERY
from suivi.graphql.nodes import MAX_PAGE
from suivi.settings import Settings
from tests.docs.fences import ROOT, fences, pages, text_of

PAGES = pages()
GUIDE, OPERATING = "docs/partner-guide.md", "docs/operating.md"

AMERICAN = re.compile(
    r"\b(color|behavior|center|organiz|recogniz|authoriz|localiz|favor\b|catalog\b|stabiliz)", re.IGNORECASE
)
HANDS_OFF = ("/work/", "/tmp/briefs", "TODO", "FIXME")
NUMBERS = {5: "five", 10: "ten", 15: "fifteen"}


def in_words(number: float) -> str:
    return NUMBERS[int(number)]


def anchors_of(page: str) -> set[str]:
    """The `#fragment` of every heading, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(page)):
        path, _, fragment = target.partition("#")
        linked = (folder / path).resolve() if path else ROOT / page
        assert linked.exists(), f"{page}: {target}"
        if fragment:
            assert fragment in anchors_of(str(linked.relative_to(ROOT))), f"{page}: {target}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {"README.md"}
    waiting = ["README.md"]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", text_of(page)):
            found = (ROOT / page).parent.joinpath(target).resolve().relative_to(ROOT)
            if str(found) not in linked and found.suffix == ".md" and (ROOT / found).exists():
                linked.add(str(found))
                waiting.append(str(found))

    assert {page for page in PAGES if page.startswith("docs/")} - linked == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_named_is_one(page: str) -> None:
    known = {f"SUIVI_{name.upper()}" for name in Settings.model_fields}

    assert set(re.findall(r"\bSUIVI_[A-Z][A-Z_]*", text_of(page))) - known == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_is_named_is_one(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(page), flags=re.MULTILINE))

    assert named - targets == set()


def commands(page: str) -> set[str]:
    """Every `suivi …` in backticks or at the start of a line of shell."""
    text = text_of(page)
    return set(re.findall(r"`(suivi [a-z][^`…]*)`", text)) | {
        line.partition("#")[0].strip()
        for fence in fences(page, "sh")
        for line in fence.body.splitlines()
        if line.startswith("suivi ")
    }


@cache
def help_of(command: str) -> str:
    shown = CliRunner().invoke(
        app, [*command.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    )
    assert shown.exit_code == 0, f"there is no `suivi {command}`"
    return shown.output


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_is_one(page: str) -> None:
    for command in commands(page):
        words = shlex.split(command)[1:]
        names = list(takewhile(lambda word: re.fullmatch(r"[a-z]+", word) and word in KNOWN_WORDS, words))
        assert names, f"{page}: {command}"
        shown = help_of(" ".join(names))
        assert [word for word in words if word.startswith("--") and word not in shown] == [], f"{page}: {command}"


KNOWN_WORDS = {
    "demo", "serve", "worker", "migrate", "token", "doctor", "plugins", "try", "diff", "plugin", "new", "schema",
    "audit", "verify", "documents", "check", "certificate", "wording",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_spelling_is_british_and_nothing_is_left_to_do(page: str) -> None:
    prose = re.sub(r"```.*?^```|`[^`]*`", "", text_of(page), flags=re.DOTALL | re.MULTILINE)

    assert AMERICAN.findall(prose) == []
    assert [words for words in HANDS_OFF if words in text_of(page)] == []


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (GUIDE, f"A page holds 1 to {MAX_PAGE} items"),
        (GUIDE, f"is remembered for {KEPT_RESULTS_LAST.days} days"),
        ("docs/decisions/0005-idempotency.md", f"is remembered for {KEPT_RESULTS_LAST.days} days"),
        (GUIDE, f"Within {in_words(FORM_LIVES / timedelta(minutes=1))} minutes"),
        (GUIDE, f"works for {in_words(LINK_LIVES / timedelta(minutes=1))} minutes"),
        (OPERATING, f"**Links** last {in_words(LINK_LIVES / timedelta(minutes=1))} minutes"),
        (GUIDE, f"{MAX_PIXELS // 1_000_000} megapixels"),
        (GUIDE, f"up to {House.max_upload_bytes // 2**20} MB"),
        (OPERATING, f"tried {in_words(deliveries.ATTEMPTS)} times over about three days"),
        (GUIDE, f"after {in_words(deliveries.ATTEMPTS)} attempts over about three days"),
    ],
)
def test_figures_in_the_pages_are_those_of_the_code(page: str, says: str) -> None:
    assert says in re.sub(r"\s+", " ", text_of(page))


def test_the_guide_names_every_type_of_file_that_is_accepted() -> None:
    assert [kind for kind in ACCEPTED_TYPES if f"`{kind}`" not in text_of(GUIDE)] == []


def test_waits_of_a_delivery_are_about_three_days() -> None:
    assert abs(sum(deliveries.WAITS, timedelta()) - timedelta(days=3)) < timedelta(hours=6)


def test_the_first_query_of_the_readme_is_the_one_the_demo_writes() -> None:
    [query] = fences("README.md", "graphql")

    assert query.body.strip() == FIRST_QUERY.strip()


def test_the_readme_names_every_folder_of_the_repository() -> None:
    folders = {"core", "graphql", "plugins", "storage", "suivi", "tests", "bench", "docs", "examples"}

    assert [folder for folder in folders if f"{folder}/ " not in text_of("README.md")] == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    records = {file.name for file in (ROOT / "docs" / "decisions").glob("0*.md")}

    assert set(re.findall(r"\]\((0[^)]+)\)", text_of("docs/decisions/README.md"))) == records


@pytest.mark.parametrize("page", [page for page in PAGES if re.search(r"decisions/\d", page)])
def test_a_decision_says_why_what_and_what_follows_in_half_a_page(page: str) -> None:
    text = text_of(page)

    assert [part for part in ("**Context.**", "**Decision.**", "**Consequences.**") if part not in text] == []
    assert len(text.split()) < 450
