"""Terms as a clinic sends them, and each part of them changed alone."""

from typing import Any

from tests.api.wrongs import Trying
from tests.services.world import World, content

TERMS: dict[str, Any] = {
    "procedure": "crown",
    "language": "en",
    "text": "Two years.",
    "content": content(period="P2Y"),
}


def publishing(world: World) -> Trying:
    return Trying(who=world.coordinator, mutation="publishTerms", good=TERMS | {"clinicId": world.clinic_id})


def component(**changed: Any) -> dict[str, Any]:
    """Terms of one component, changed."""
    [one] = content()["components"]
    return {"content": content() | {"components": [one | changed]}}


def limit(**changed: Any) -> dict[str, Any]:
    return component(limit={"unit": "YEAR", "count": 2, "starts": "definitive_cementation"} | changed)


def fee(**changed: Any) -> dict[str, Any]:
    return {"content": content(fees=[{"kind": "materials", "payer": "CLINIC"} | changed])}


def clause(**changed: Any) -> dict[str, Any]:
    one = {"key": "grinding", "kind": "EXCLUSION", "code": "bruxism", "text": "Grinding."}
    return {"content": content() | {"clauses": [one | changed]}}
