"""One good specialty on disk and fifty ways to break it: each is refused with a sentence that leads to the line."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from suivi.core.specialties.document import MAX_BYTES
from suivi.core.specialties.reader import BrokenProtocol, read_specialty

GOOD = Path(__file__).parent / "good"
PROTOCOL = "protocol.yaml"


class Broken(NamedTuple):
    """`old` becomes `new` in `file`; the sentence leads to the line that has `at`, which is `new` unless given."""

    name: str
    old: str
    new: str
    says: str
    at: str = ""
    file: str = PROTOCOL


SWELLING = "days: [0, 42], text"
WHOLE = ""  # replaces the whole file

BROKEN = [
    # What is no YAML.
    Broken(
        "a bracket is not closed", "checks: [wound, angle_deg]", "checks: [wound, angle_deg", "no YAML: while parsing"
    ),
    Broken(
        "a quote is not closed", '"ischaemia"', '"ischaemia', "a flow mapping that begins on line 23", at="heels: {en"
    ),
    Broken("a tab indents", "    grantor: clinic", "\tgrantor: clinic", "spaces, never with tabs"),
    Broken("two colons on a line", "    object: screw", "    object: a: screw", "mapping values are not allowed"),
    Broken("a control character", "ischaemia", "isch\x07aemia", "control characters are not allowed"),
    Broken("two documents", "duties:\n  flat", "---\nduties:\n  flat", "a single document", at="---"),
    Broken("an empty file", WHOLE, "", "not a mapping of keys to values"),
    Broken("a list at the top", WHOLE, "- meta\n- sources\n", "not a mapping of keys to values", at="- meta"),
    Broken("a tag that makes objects", 'title: "On shoes"', "title: !!python/name:os.system x", "the tag"),
    Broken(
        "an alias inside itself",
        "[shoe2020], conf: low}\n    follow_up:",
        "&a [*a], conf: low}\n    follow_up:",
        "inside what it repeats",
        at="&a [*a]",
    ),
    Broken("brackets without end", "values: [A, B, C]", f"values: {'[' * 5000}", "40 deep in each other"),
    Broken(
        "a key given twice", "      typical: 180", "      typical: 180\n      typical: 200", "given twice", at="200"
    ),
    # What YAML reads as something else.
    Broken("a version without quotes", '"1.0.0"', "1.0", "1.0 is not a text: put it in quotes", at="version: 1.0"),
    Broken("a date as version", '"1.0.0"', "2026-01-01", "'2026-01-01' is no version such as 1.0.0"),
    Broken(
        "a year as key", "  shoe2020: {", '  2020: {title: "Feet", kind: paper}\n  shoe2020: {', "put 2020 in quotes"
    ),
    Broken("yes as a number of days", "min: 90", "min: true", "True is not a whole number"),
    Broken("days in quotes", SWELLING, 'days: ["0", 42], text', "'0' is not a whole number"),
    Broken("half a day", "min: 90", "min: 90.5", "90.5 is not a whole number"),
    Broken("not a number", "range: [0, 90]", "range: [0, .nan]", "nan is not a finite number"),
    Broken("infinity", "        value: 20", "        value: .inf", "inf is not a finite number"),
    Broken("a number with far too many digits", "min: 90", f"min: {'9' * 5000}", "is not a whole number"),
    Broken("a day after the end of the calendar", "days: [0, 90], src", "days: [0, 9999999], src", "hundred years"),
    Broken(
        "no as confidence",
        "conf: low}\n    follow_up_basis",
        "conf: no}\n    follow_up_basis",
        "says how far to trust it: high, medium or low",
        at="conf: no",
    ),
    Broken("a U+0000 in a text", '"the foot swells"', '"the foot\\0 swells"', "cannot be kept: U+0000"),
    Broken("a text as long as a book", '"the foot swells"', f'"{"swollen " * 600}"', "longer than 4,000 characters"),
    # What the format has not.
    Broken("an unknown section", "photo_sets:", "foto_sets:", "unknown key"),
    Broken("an unknown key of a procedure", "    duties: [flat", "    dutys: [flat", "unknown key"),
    Broken("an unknown key of a phase", SWELLING, f"day: 3, {SWELLING}", "unknown key"),
    Broken("a text where a list belongs", "covers: [screw_fracture]", "covers: screw_fracture", "valid tuple"),
    Broken(
        "a procedure that is only a name",
        "  - id: bunion",
        "  - hammertoe\n  - id: bunion",
        "'hammertoe' is not a mapping",
        at="- hammertoe",
    ),
    Broken("a name with a space as id", "  - id: bunion", "  - id: Bunion surgery", "is no id"),
    Broken("a procedure of core", "  - id: bunion", "  - id: other", "'other' is core's own"),
    Broken("two phases of one id", "{id: shoes", "{id: swelling, text: x", "given twice"),
    Broken(
        "two signs of one id",
        "      - {id: swell,",
        '      - {id: swell, sign: "swollen", days: [0, 9], src: [gk], conf: low}\n      - {id: swell,',
        "'swell' is given twice",
        at='{id: swell, sign: "swollen foot"',
    ),
    Broken("an unknown urgency", "urgency: same_day", "urgency: soon", "'soon' is not one of"),
    Broken("an unknown strength", "strength: weak", "strength: huge", "'huge' is not one of"),
    Broken("an unknown class", "suggests: normal_evolution", "suggests: guilt", "unknown case class 'guilt'"),
    # Citations.
    Broken(
        "no source",
        SWELLING + ': "the foot swells", src: [shoe2020]',
        SWELLING + ': "the foot swells"',
        "every figure says where it comes from",
        at="{id: swelling",
    ),
    Broken(
        "no confidence",
        "      src: [shoe2020]\n      conf: medium",
        "      src: [shoe2020]",
        "how far to trust it",
        at="    stabilisation:",
    ),
    Broken(
        "a source nobody named",
        "follow_up_basis: {src: [shoe2020]",
        "follow_up_basis: {src: [gossip]",
        "unknown source 'gossip'",
    ),
    Broken(
        "general knowledge called certain",
        '"ordinary shoes", src: [gk], conf: medium',
        '"ordinary shoes", src: [gk], conf: high',
        "medium at most",
    ),
    # Ranges.
    Broken("days reversed", SWELLING, "days: [42, 0], text", "range reversed"),
    Broken("typical before earliest", "      typical: 180", "      typical: 30", "min <= typical", at="stabilisation:"),
    Broken("a variant out of order", "{min: 60, typical: 120", "{min: 130, typical: 120", "min <= typical <= max"),
    Broken("a check-up outside its window", "day: 14, window", "day: 60, window", "day 60 is outside its window"),
    Broken("a flight after the stay", "typical_days: 7", "typical_days: 4", "before the earliest flight home"),
    Broken("a threshold off the range", "        value: 20", "        value: 120", "outside the range of angle_deg"),
    Broken("a threshold that is no number", "        value: 20", "        value: crooked", "'crooked' is not a number"),
    Broken("a duration reversed", "min: 1, typical: 2, max: 3", "min: 4, typical: 2, max: 3", "min <= typical <= max"),
    # References.
    Broken("an unknown anchor", SWELLING, f"anchor: party, {SWELLING}", "unknown anchor 'party'"),
    Broken(
        "an unknown photo set",
        "photos: foot}\n      - {day: 180",
        "photos: hand}\n      - {day: 180",
        "unknown photo set 'hand'",
        at="photos: hand",
    ),
    Broken(
        "an unknown measurement", "        measure: angle_deg", "        measure: angel", "unknown measurement 'angel'"
    ),
    Broken("an unknown duty", "duties: [flat_shoes", "duties: [dance", "unknown duty 'dance'"),
    Broken(
        "an unknown template", "warranties: [clinic_screw]", "warranties: [clinic_nail]", "unknown warranty template"
    ),
    Broken("an unknown fee", "patient_may_pay: [travel]", "patient_may_pay: [yacht]", "unknown fee kind 'yacht'"),
    Broken("an unknown exclusion", "exclusions: [heels,", "exclusions: [rain,", "unknown exclusion 'rain'"),
    Broken("an unknown fact", "{fact: weight_change_pct", "{fact: mood", "unknown fact 'mood'"),
    Broken("an unknown red flag", "{ref: cold_toe", "{ref: cold_tow", "'cold_tow' is not in red_flag_library"),
    Broken("an unknown sign in a hint", "signs: [swell]", "signs: [swel]", "unknown sign of the procedure 'swel'"),
    Broken("an unknown variant in a hint", "variants: [open]}", "variants: [laser]}", "unknown variant 'laser'"),
    Broken("a spread of an unknown variant", "{keyhole: {min", "{laser: {min", "unknown variant 'laser'"),
    # Languages.
    Broken("a name without English", '{en: "bunion surgery", fr', "{fr", "English text is missing"),
    Broken("a language by its name", 'names: {en: "foot care", fr', 'names: {en: "foot care", French', "language code"),
    Broken(
        "a view without a label", "views: [from_above]", "views: [from_below]", "'from_below' has no text under views"
    ),
    Broken(
        "a label in French only",
        "views:",
        "views: {from_below: bas}\nx:",
        "English text is missing",
        at="from_below",
        file="locale/fr.yaml",
    ),
    Broken(
        "a translation of a sign that went",
        "{swell: ",
        "{swel: ",
        "the protocol has no such text",
        file="locale/fr.yaml",
    ),
    Broken("a translation that is empty", '"pied gonflé"', '"  "', "is empty", file="locale/fr.yaml"),
    Broken(
        "a translation that is a number", '"pied gonflé"', "7", "is not a text", at="swell: 7", file="locale/fr.yaml"
    ),
    Broken("a translation without its colon", "{cold_toe: ", "{cold_toe ", "is not a text", file="locale/fr.yaml"),
]


def broken(folder: Path, change: Broken) -> Path:
    """The good specialty with one change, and nothing else."""
    shutil.copytree(GOOD, folder)
    file = folder / change.file
    good = file.read_text(encoding="utf-8")
    assert change.old in good, "the change fits the good file"
    file.write_text(good.replace(change.old, change.new, 1) if change.old else change.new, encoding="utf-8")
    return folder


def refusal(folder: Path) -> BrokenProtocol:
    with pytest.raises(BrokenProtocol) as refused:
        read_specialty(folder)
    return refused.value


def line_of(file: Path, words: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if words in line), 1)


def test_the_good_specialty_is_read() -> None:
    assert read_specialty(GOOD).procedures["bunion"].stabilisation.typical == 180


def test_there_are_fifty_and_more_of_them() -> None:
    assert len(BROKEN) >= 50
    assert len({change.name for change in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize("change", BROKEN, ids=[change.name for change in BROKEN])
def test_a_broken_file_is_refused_with_a_sentence_that_leads_to_the_line(tmp_path: Path, change: Broken) -> None:
    """R-221, R-225."""
    folder = broken(tmp_path / "podiatry", change)

    problems = refusal(folder).problems

    line = line_of(folder / change.file, (change.at or change.new).strip().splitlines()[0] if change.new else "")
    place = f"{Path(change.file).name} line {line}: "
    assert [says for says in problems if change.says in says and says.startswith(place)], (place, problems)
    assert len(problems) <= 8, "one slip of the keyboard is not told as many"


def test_a_file_that_is_not_utf_8_is_refused_at_its_first_wrong_byte(tmp_path: Path) -> None:
    folder = tmp_path / "podiatry"
    shutil.copytree(GOOD, folder)
    good = (GOOD / PROTOCOL).read_text(encoding="utf-8")
    (folder / PROTOCOL).write_bytes(good.encode("cp1252"))

    line = line_of(GOOD / PROTOCOL, "opération")

    assert refusal(folder).problems == (
        f"protocol.yaml line {line}: the file is not in UTF-8, so it cannot be read: save it as UTF-8",
    )


def test_a_file_of_many_megabytes_is_not_even_parsed(tmp_path: Path) -> None:
    folder = broken(tmp_path / "podiatry", Broken("", WHOLE, "#" * (MAX_BYTES + 1), ""))

    assert "has more than 2,000,000 bytes" in str(refusal(folder))


def test_aliases_that_multiply_are_refused_before_they_do(tmp_path: Path) -> None:
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12))
    folder = broken(tmp_path / "podiatry", Broken("", WHOLE, f"l0: &l0 ha\n{laughs}", ""))

    assert "more than 200,000 values, with those that aliases repeat" in str(refusal(folder))


def test_aliases_that_stand_in_each_other_are_no_way_around_the_limit_of_depth(tmp_path: Path) -> None:
    lists, ends = "[" * 30, "]" * 30
    chain = "".join(f"l{n}: &l{n} {lists}{f'*l{n - 1}' if n else 'x'}{ends}\n" for n in range(60))
    folder = broken(tmp_path / "podiatry", Broken("", WHOLE, chain, ""))

    assert refusal(folder).problems == (
        "protocol.yaml line 2: lists and mappings stand more than 40 deep in each other",
    )


@pytest.mark.parametrize(("word", "number"), [("012", "12"), ("0o14", "12"), ("0x1F", "31"), ("-07", "-7")])
def test_a_number_that_readers_of_yaml_take_differently_is_told_and_in_quotes_is_a_text(
    word: str, number: str, tmp_path: Path
) -> None:
    unclear = Broken("", 'en: "high heels"', f"en: {word}", "")
    quoted = Broken("", 'en: "high heels"', f'en: "{word}"', "")

    says = f"{word} is a number or a text: write it as {number} or put it in quotes"
    assert says in str(refusal(broken(tmp_path / "unclear", unclear)))
    assert read_specialty(broken(tmp_path / "quoted", quoted)).exclusions["heels"].text.read("en")[0] == word


def test_an_alias_that_repeats_a_citation_is_fine(tmp_path: Path) -> None:
    once = Broken("", "range: [0, 90], src: [shoe2020]", "range: [0, 90], src: &shoe [shoe2020]", "")
    folder = broken(tmp_path / "podiatry", once)
    file = folder / PROTOCOL
    again = file.read_text(encoding="utf-8").replace(
        "values: [A, B, C], src: [shoe2020]", "values: [A, B, C], src: *shoe"
    )
    file.write_text(again, encoding="utf-8")

    assert read_specialty(folder).measurements["grade"].src == ("shoe2020",)


@pytest.mark.parametrize(
    ("name", "says"), [("french.yaml", "'french' is no language code"), ("de.yml", "a locale file is called de.yaml")]
)
def test_a_locale_file_of_the_wrong_name_is_refused_and_not_passed_over(tmp_path: Path, name: str, says: str) -> None:
    folder = tmp_path / "podiatry"
    shutil.copytree(GOOD, folder)
    (folder / "locale" / name).write_text('views: {from_above: "x"}\n', encoding="utf-8")

    assert f"{name} line 1: (top): {says}" in str(refusal(folder))


def test_what_yaml_once_took_for_something_else_is_read_as_it_is_written(tmp_path: Path) -> None:
    """The code of Norwegian is `no`, which older YAML reads as false."""
    names = Broken("", '{en: "foot care", fr: "podologie"}', '{en: "foot care", no: fotpleie, nn: 2026-01-01}', "")

    read = read_specialty(broken(tmp_path / "podiatry", names))

    assert read.names.by_locale == {"en": "foot care", "no": "fotpleie", "nn": "2026-01-01"}


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "podiatry"
    shutil.copytree(GOOD, folder)
    changes = [change for change in BROKEN if change.name.startswith("an unknown") and "key" not in change.name]
    for change in changes:
        file = folder / change.file
        file.write_text(file.read_text(encoding="utf-8").replace(change.old, change.new, 1), encoding="utf-8")
    (folder / "locale" / "fr.yaml").write_text("views: {from_abov: haut}\n", encoding="utf-8")

    said = str(refusal(folder))

    told = [change.name for change in changes if change.says in said]
    assert len(told) >= len(changes) - 1, "a section that is gone takes what stood in it along"
    assert "fr.yaml line 1: views.from_abov" in said


def test_files_that_are_no_yaml_are_each_named(tmp_path: Path) -> None:
    folder = broken(tmp_path / "podiatry", BROKEN[0])
    for locale in ("en", "fr"):
        (folder / "locale" / f"{locale}.yaml").write_text("views: [\n", encoding="utf-8")

    assert [says.split(" ")[0] for says in refusal(folder).problems] == ["protocol.yaml", "en.yaml", "fr.yaml"]
