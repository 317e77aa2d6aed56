"""The story, chapter by chapter. Each step acts through the public API as the right role and gives back what it saw.

Every mutation has a key of its own that is the same each time, so a step that was interrupted can be played again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from suivi.demo import script, telling, telling_cover
from suivi.demo.narrator import Narrator
from suivi.demo.scenes import aftercare, cover, decision, treatment
from suivi.demo.stage import Facts, Stage


@dataclass(frozen=True)
class Chapter:
    """A step of the story, with the moment it is played at and how it is told."""

    step: Callable[[Stage], Awaitable[Facts]]
    moment: datetime
    title: str
    tell: Callable[[Narrator, Facts], None]

    @property
    def name(self) -> str:
        return self.step.__name__


CHAPTERS = (
    Chapter(
        treatment.clinic_publishes_terms,
        script.TERMS_PUBLISHED,
        "A clinic says what its crowns come with",
        telling.terms,
    ),
    Chapter(
        cover.patient_compares_and_asks,
        script.ASKED,
        "Before travelling, a patient asks in writing",
        telling_cover.asked,
    ),
    Chapter(
        cover.clinic_answers_item_by_item,
        script.ANSWERED,
        "The clinic answers, item by item, and signs",
        telling_cover.answered,
    ),
    Chapter(cover.anybody_can_verify_it, script.ANSWERED, "Anybody can verify it", telling_cover.verified),
    Chapter(treatment.patient_agrees_to_a_crown, script.AGREED, "The patient agrees to a crown", telling.agreed),
    Chapter(treatment.crown_is_cemented, script.CEMENTED, "The crown is cemented in Budapest", telling.cemented),
    Chapter(
        treatment.photos_go_straight_to_the_store, script.HOME_AGAIN, "Photos from before and after", telling.photos
    ),
    Chapter(
        cover.patient_sees_who_covers_what, script.HOME_AGAIN, "Who covers what, until when", telling_cover.covered
    ),
    Chapter(
        cover.worse_terms_change_nothing,
        script.WORSE_TERMS,
        "The clinic's terms get worse, and this crown's do not",
        telling_cover.kept,
    ),
    Chapter(aftercare.patient_asks_whether_it_is_too_early, script.DAY_10, "“Is it too early?”", telling.too_early),
    Chapter(aftercare.both_sides_talk_live, script.DAY_10, "Patient and clinic talk, live", telling.talk),
    Chapter(aftercare.patient_reports_swelling_and_fever, script.DAY_12, "Swelling and fever", telling.report),
    Chapter(aftercare.clinic_has_the_notice, script.DAY_12, "The clinic is told", telling.notice),
    Chapter(aftercare.clinic_marks_it_seen, script.DAY_12, "The clinic has seen it", telling.seen),
    Chapter(decision.others_are_let_in, script.DAY_12, "Others are let in", telling.let_in),
    Chapter(decision.others_may_not_classify, script.NEXT_MORNING, "Who may decide what it is?", telling.refused),
    Chapter(decision.practitioner_classifies, script.NEXT_MORNING, "The practitioner decides", telling.classified),
    Chapter(decision.history_is_shown_and_verified, script.NEXT_MORNING, "What happened, provably", telling.history),
    Chapter(decision.changed_byte_is_found, script.NEXT_MORNING, "One byte changed by hand", telling.tampered),
)
