"""When the story plays, and what its people say."""

from datetime import UTC, datetime

TERMS_PUBLISHED = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
ASKED = datetime(2026, 2, 10, 18, 30, tzinfo=UTC)
ANSWERED = datetime(2026, 2, 12, 8, 0, tzinfo=UTC)
AGREED = datetime(2026, 2, 20, 14, 0, tzinfo=UTC)
PHOTO_BEFORE = datetime.fromisoformat("2026-02-27T10:12:00+01:00")
CEMENTED = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
PHOTO_AFTER = datetime.fromisoformat("2026-03-03T16:05:00+01:00")
HOME_AGAIN = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
WORSE_TERMS = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
DAY_10 = datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
DAY_12 = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 3, 16, 8, 30, tzinfo=UTC)

PROMISE = "A guaranteed perfect smile. "
TERMS = "We repair or remake a crown that breaks or comes loose within three years. Grinding is excluded."
TAXI = "Le taxi depuis l'aéroport est-il pris en charge ?"
FIVE_YEARS = "For the crown on tooth 14 five years, under the same conditions."
QUESTION = "Bonjour, dix jours après la pose je sens encore le froid et une pression quand je mâche. Est-ce trop tôt ?"
ANSWER = (
    "Good evening. Sensitivity to cold is common in the first four weeks. Pressure on chewing after ten days should be "
    "looked at: please have the bite checked. By our usual dates the result may be judged from 17 March on; what is "
    "covered for 5 years, and what is excluded, is in what we confirmed to you."
)
COVERED, FALSIFIED = "5 years", "1 years"
WORDS = "Ma joue a gonflé depuis ce matin et j'ai 38,6 de fièvre."
