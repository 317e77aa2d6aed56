"""Device identifiers as they stand on labels: all that is written is read, and what was misread is told (R-136)."""

from calendar import monthrange
from datetime import date

import pytest
from biip.checksums import gs1_standard_check_digit
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.devices.hibcc import ALPHABET, check_character
from suivi.core.devices.identifiers import (
    Agency,
    Udi,
    UdiMisread,
    UdiPartUnreadable,
    UdiUnreadable,
    UdiWithoutDevice,
    full_year,
)
from suivi.core.devices.udi import read_udi
from suivi.core.refusals import Refusal

TODAY = date(2026, 3, 3)
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

moderately = settings(max_examples=60, deadline=None)
days = st.dates(date(1980, 1, 1), date(2075, 12, 31))
numbers = st.text(UPPER, min_size=1, max_size=18)
# As GS1 has it: letters of both cases, digits, and these signs.
gs1_numbers = st.text(UPPER + "abcxyz!\"%&'*+,-./:;<=>?_", min_size=1, max_size=20)
gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: f"{body}{gs1_standard_check_digit(body)}")


def hibc(body: str) -> str:
    """With its check character, as it is printed."""
    return body + check_character(body).replace(" ", "_")


@moderately
@given(gtin=gtins, made=days, expires=days, lot=gs1_numbers, serial=gs1_numbers)
def test_a_gs1_label_says_the_same_printed_and_scanned(
    gtin: str, made: date, expires: date, lot: str, serial: str
) -> None:
    printed = f"(01){gtin}(11){made:%y%m%d}(17){expires:%y%m%d}(10){lot}(21){serial}"
    scanned = f"]d201{gtin}11{made:%y%m%d}17{expires:%y%m%d}10{lot}\x1d21{serial}"

    read = read_udi(printed, on=TODAY)

    assert read == read_udi(scanned, on=TODAY)
    assert (read.agency, read.device_identifier, read.lot, read.serial) == (Agency.GS1, gtin, lot, serial)
    assert (read.made_on, read.expires_on) == (made, expires)


@moderately
@given(
    labeller=st.from_regex(r"[A-Z][A-Z0-9]{3}", fullmatch=True),
    product=numbers,
    unit=st.integers(0, 9),
    made=days,
    expires=days,
    lot=numbers,
    serial=numbers,
)
def test_a_hibcc_label_is_read_whichever_way_its_date_is_written(
    labeller: str, product: str, unit: int, made: date, expires: date, lot: str, serial: str
) -> None:
    primary = f"{labeller}{product}{unit}"
    month_end = date(expires.year, expires.month, monthrange(expires.year, expires.month)[1])
    ways = {
        f"$$2{expires:%m%d%y}": expires,
        f"$$3{expires:%y%m%d}": expires,
        f"$$4{expires:%y%m%d}16": expires,
        f"$$5{expires:%y%j}": expires,
        f"$$6{expires:%y%j}16": expires,
        f"$$8123{expires:%y%m%d}": expires,
        f"$$9000122{expires:%m%d%y}": expires,
        f"{expires:%y%j}": expires,
        "$$7": None,
        "$": None,
        f"$$08{month_end:%y}": date(month_end.year, 8, 31),
    }

    for way, day in ways.items():
        read = read_udi(hibc(f"+{primary}/{way}{lot}/S{serial}/16D{made:%Y%m%d}"), on=TODAY)
        assert (read.agency, read.device_identifier) == (Agency.HIBCC, primary), way
        assert (read.lot, read.serial, read.expires_on, read.made_on) == (lot, serial, day, made), way


@moderately
@given(product=numbers, expires=days, serial=numbers)
def test_two_hibcc_symbols_one_after_the_other_are_one_label(product: str, expires: date, serial: str) -> None:
    primary = hibc(f"+A999{product}1")
    secondary = hibc(f"+$$+3{expires:%y%m%d}{serial}{primary[-1].replace('_', ' ')}")

    read = read_udi(f"*{primary}*\n*{secondary}*", on=TODAY)

    assert (read.device_identifier, read.serial, read.expires_on) == (f"A999{product}1", serial, expires)


@moderately
@given(
    product=st.text(UPPER, min_size=16, max_size=16),
    serial=st.text(UPPER, min_size=6, max_size=6),
    lot=st.from_regex(r"[A-Z1-9][A-Z0-9]{3,17}", fullmatch=True),
    made=st.dates(date(2000, 1, 1), date(2899, 12, 31)),
    expires=st.dates(date(2000, 1, 1), date(2899, 12, 31)),
)
def test_an_iccbba_label_is_read_in_any_order(product: str, serial: str, lot: str, made: date, expires: date) -> None:
    parts = [
        f"=/{product}",
        f"=,{serial}",
        "=A99971312345600",
        "=>" + f"{expires:%Y%j}"[1:],
        "=}" + f"{made:%Y%j}"[1:],
        f"&,1{lot:0>18}",
    ]

    read = read_udi("".join(parts), on=TODAY)

    assert read == read_udi("".join(reversed(parts)), on=TODAY)
    assert (read.agency, read.device_identifier, read.serial, read.lot) == (Agency.ICCBBA, product, serial, lot)
    assert (read.made_on, read.expires_on, read.donation) == (made, expires, "A99971312345600")


@moderately
@given(gtin=gtins, place=st.integers(0, 13), other=st.integers(1, 9))
def test_a_gs1_digit_that_was_misread_is_noticed(gtin: str, place: int, other: int) -> None:
    wrong = f"{gtin[:place]}{(int(gtin[place]) + other) % 10}{gtin[place + 1 :]}"

    with pytest.raises(UdiMisread):
        read_udi(f"(01){wrong}(10)L1", on=TODAY)


@moderately
@given(product=numbers, lot=numbers, data=st.data())
def test_a_hibcc_character_that_was_misread_is_noticed(product: str, lot: str, data: st.DataObject) -> None:
    label = hibc(f"+A999{product}1/$${TODAY:%m%y}{lot}").replace("_", " ")
    place = data.draw(st.integers(1, len(label) - 1))
    other = data.draw(st.sampled_from([one for one in ALPHABET if one != label[place]]))

    # A space among the rest may look like two symbols; it is refused all the same.
    with pytest.raises((UdiMisread, UdiUnreadable)):
        read_udi(f"{label[:place]}{other}{label[place + 1 :]}", on=TODAY)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text("()0123456789=/,>}&+$ABC*\x1d ]d_", max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    read: Udi | Refusal
    try:
        read = read_udi(text, on=TODAY, field="udi")
    except Refusal as refusal:
        read = refusal

    assert read.device_identifier if isinstance(read, Udi) else read.field == "udi"


@pytest.mark.parametrize(
    ("label", "lot", "expires_on"),
    [
        ("(01) 51022222233336 (17) 150707 (10) A213B1", "A213B1", date(2015, 7, 7)),
        ("(01)51022222233336(17)280200(10)A(1)B", "A(1)B", date(2028, 2, 29)),
        ("+A99912345/$$52001510X3/16D20111212/S77DE1G45-", "10X3", date(2020, 1, 15)),
        ("=)1TE123456A&)RZ12345678", "RZ12345678", None),
    ],
    ids=["as FDA prints it", "a month alone", "a date by its day of the year", "a container of blood"],
)
def test_labels_of_the_issuers_own_examples_are_read(label: str, lot: str, expires_on: date | None) -> None:
    read = read_udi(label, on=TODAY)

    assert (read.lot, read.expires_on) == (lot, expires_on)


@pytest.mark.parametrize(
    "label",
    [
        "]d20100844588003288171411201021A\x1d2119",
        "]C10100844588003288171411201021A\x1d2119",
        "\x1d0100844588003288171411201021A\x1d2119\x1d",
        "0100844588003288171411201021A<GS>2119",
        "0100844588003288171411201021A{FNC1}2119",
        "0100844588003288171411201021A\\u001d2119",
        "0100844588003288171411201021A␝2119",
        "UDI: (01) 0084 4588 0032 88\n(17) 141120\n(10) 21A\n(21) 19",
        "(01)00844588003288(17)141120(10)21A\x1d(21)19",
        "（０１）00844588003288（17）141120（10）21A（21）19",
        "https://id.gs1.org/01/844588003288/10/21A/21/19?17=141120",
    ],
)
def test_a_label_is_read_however_it_came_from_the_scanner_to_the_form(label: str) -> None:
    """R-136."""
    read = read_udi(label, on=TODAY)

    assert (read.device_identifier, read.lot, read.serial) == ("00844588003288", "21A", "19")
    assert read.expires_on == date(2014, 11, 20)


@pytest.mark.parametrize(
    ("label", "lot", "serial"),
    [
        ("(01)00844588003288(10)2019", "2019", None),
        (hibc("+A123BJC5D6E71/$2019"), "2019", None),
        (hibc("+A123BJC5D6E71/$+2019"), None, "2019"),
        (hibc("+A123BJC5D6E71/$$72019"), "2019", None),
        (hibc("+A123BJC5D6E71/Q5/S2019"), None, "2019"),
        ("=/A9999XYZ100T0944 =,002019\n&,1000000000000002019", "2019", "002019"),
    ],
)
def test_a_number_that_looks_like_a_year_is_no_date(label: str, lot: str | None, serial: str | None) -> None:
    read = read_udi(label, on=TODAY)

    assert (read.lot, read.serial, read.made_on, read.expires_on) == (lot, serial, None, None)


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("(01)0084458800328(10)A", "(01)"),
        ("(01)00844588003288(17)270231", "(17)"),
        ("]d2010084458800328817270231", "(17)"),
        ("(01)00844588003288(10)", "(10)"),
        ("(01)00844588003288(10)A<GS>B", "(10)"),
        ("(01)00844588003288(10)A(10)B", "(10)"),
        (hibc("+A123BJC5D6E71/$$3271331L"), "/$$"),
        (hibc("+A123BJC5D6E71/$L/16D2027"), "/16D"),
        (hibc("+A123BJC5D6E71/27366L"), "/"),
        ("=/A9999XYZ100T094", "=/"),
        ("=/A9999XYZ100T0944=>014366", "=>"),
        ("=/A9999XYZ100T0944&,1123", "&,"),
    ],
)
def test_of_a_label_that_is_almost_right_it_is_said_which_part_is_not(label: str, part: str) -> None:
    with pytest.raises(UdiPartUnreadable) as refused:
        read_udi(label, on=TODAY, field="udi")

    assert (refused.value.facts, refused.value.field) == ({"part": part}, "udi")


@pytest.mark.parametrize("label", ["(10)LOT(21)SERIAL", "(02)00844588003288(37)5", hibc("+$$3271231L"), "=>014365"])
def test_half_a_label_that_does_not_say_what_device_it_is_asks_for_the_other_half(label: str) -> None:
    with pytest.raises(UdiWithoutDevice):
        read_udi(label, on=TODAY)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "https://example.com/01",
        "Mentor MemoryGel 350",
        "(10)LOT(21)SERIAL",
        "(01)51022222233336(10)",
        "(01)51022222233336(17)271301",
        "(01)51022222233336(17)270231",
        "(01)51022222233336(10)A(10)B",
        "(01)51022222233336(10)ABCDEFGHIJKLMNOPQRSTU",
        "(01)٥١٠٢٢٢٢٢٢٣٣٣٣٦",
        "=/A9999XYZ100T094",
        "=>014367=/A9999XYZ100T0944",
        "+",
        "x" * 300,
    ],
)
def test_what_is_no_label_is_not_guessed_at(label: str) -> None:
    with pytest.raises(UdiUnreadable):
        read_udi(label, on=TODAY)


@given(on=st.dates(date(1950, 1, 1), date(2149, 12, 31)), digits=st.integers(0, 99))
@moderately
def test_a_year_with_two_digits_lies_within_half_a_century(on: date, digits: int) -> None:
    year = full_year(digits, on)

    assert year % 100 == digits
    assert -49 <= year - on.year <= 50
