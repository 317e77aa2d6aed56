"""Which lines of the terms an item is about: what CONFIRMED confirms, and no more."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.confirmations.about import asks_about_all_fees, lines_about, subjects_of
from suivi.core.confirmations.models import ItemKind
from suivi.core.coverage.content import Clause, ClauseKind, Component, Content, FeeLine, Money
from suivi.core.coverage.models import Payer

CROWN = Component(id="crown", object="crown")
ROOT = Component(id="root", object="crown")
LAB = FeeLine(kind="laboratory", payer=Payer.CLINIC)
LAB_OF_ROOT = FeeLine(kind="laboratory", payer=Payer.PATIENT, component="root")
NEW_SCREW = FeeLine(kind="device", payer=Payer.MANUFACTURER, cap=Money(amount=Decimal("120.50"), currency="EUR"))
SMOKING = Clause(id="smoking", kind=ClauseKind.EXCLUSION, code="smoking", text="Smoking.")
GUARD = Clause(id="guard", kind=ClauseKind.OBLIGATION, code="night_guard", text="Guard.", components=("crown", "root"))
TERMS = Content(
    components=(CROWN, ROOT), fees=(LAB, LAB_OF_ROOT, NEW_SCREW), clauses=(SMOKING, GUARD), how_to_claim="Write to us."
)


def test_asking_about_the_terms_is_asking_about_all_of_them() -> None:
    """R-132."""
    assert lines_about(TERMS, ItemKind.TERMS_AND_DEADLINES, None) == TERMS


def test_asking_about_one_part_leaves_the_others_out() -> None:
    """R-123, R-124: its own fees, those of all parts, and the clauses it shares."""
    told = lines_about(TERMS, ItemKind.TERMS_AND_DEADLINES, "crown")

    assert told.components == (CROWN,)
    assert told.fees == (LAB, NEW_SCREW)
    assert told.clauses == (SMOKING, GUARD.model_copy(update={"components": ("crown",)}))


def test_a_warranty_says_nothing_of_fees() -> None:
    """R-120."""
    told = lines_about(TERMS, ItemKind.CLINIC_WARRANTY, "root")

    assert (told.components, told.fees) == ((ROOT,), ())


def test_a_kind_of_fee_brings_the_parts_it_is_about() -> None:
    """R-122: a line that names a part nobody can see would say nothing."""
    told = lines_about(TERMS, ItemKind.FEES_ON_RE_INTERVENTION, "laboratory")

    assert (told.fees, told.components, told.clauses) == ((LAB, LAB_OF_ROOT), (ROOT,), ())


def test_of_the_manufacturer_the_terms_only_say_what_it_pays() -> None:
    """R-137: the clinic's warranty is not the manufacturer's."""
    assert lines_about(TERMS, ItemKind.MANUFACTURER_WARRANTY, None) == Content(fees=(NEW_SCREW,))


def test_terms_that_say_nothing_confirm_nothing() -> None:
    """R-129, R-133."""
    for kind in ItemKind:
        assert lines_about(Content(), kind, None) == Content()
    assert lines_about(TERMS, ItemKind.OTHER, None) == Content()
    assert lines_about(TERMS, ItemKind.FEES_ON_RE_INTERVENTION, "travel") == Content()


@given(kind=st.sampled_from(ItemKind), data=st.data())
@settings(deadline=None, max_examples=60)
def test_nothing_is_confirmed_that_the_terms_do_not_say(kind: ItemKind, data: Any) -> None:
    """R-133: and every part that is named is there."""
    known = subjects_of(kind, TERMS, ["laboratory", "device", "travel"])
    subject = data.draw(st.none() | st.sampled_from(known))

    told = lines_about(TERMS, kind, subject)

    assert set(told.components) <= set(TERMS.components)
    assert set(told.fees) <= set(TERMS.fees)
    assert {clause.id for clause in told.clauses} <= {clause.id for clause in TERMS.clauses}
    named = {fee.component for fee in told.fees} | {one for clause in told.clauses for one in clause.components}
    assert named - {None} <= {component.id for component in told.components}


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (ItemKind.TERMS_AND_DEADLINES, None, True),
        (ItemKind.FEES_ON_RE_INTERVENTION, None, True),
        (ItemKind.FEES_ON_RE_INTERVENTION, "travel", False),
        (ItemKind.CLINIC_WARRANTY, None, False),
    ],
)
def test_silence_about_fees_is_told_where_all_of_them_were_asked_about(
    kind: ItemKind, subject: str | None, expected: bool
) -> None:
    """R-122."""
    assert asks_about_all_fees(SimpleNamespace(kind=kind, subject=subject)) is expected
