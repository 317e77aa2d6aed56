"""A small specialty of the tests' own: cycles that go on with one another, eyes to be measured, and a revision."""

from types import ModuleType
from typing import Any

from suivi.core.hookspecs import hookimpl
from suivi.core.registry import Registry
from suivi.core.specialties.model import (
    Anchors,
    Labels,
    Manifest,
    Measurement,
    OnSite,
    PhotoSet,
    Procedure,
    Series,
    Site,
    Source,
    Specialty,
    Stabilisation,
    StableMeasurement,
)
from suivi.plugins.email import EmailPlugin
from tests.core.clocks.builders import a_check_up, a_flag, a_phase, a_procedure, ivf, words

CITED: dict[str, Any] = {"src": ("gk",), "conf": "medium"}


def eyes() -> Procedure:
    return a_procedure(
        id="laser",
        specialty="ours",
        names=words("laser"),
        site=Site(scheme="laterality", values=("OD", "OS"), unit="eye"),
        anchors=Anchors(day0="surgery"),
        variants=("surface", "flap"),
        stabilisation=Stabilisation(
            min=90,
            typical=120,
            max=365,
            measured=StableMeasurement(measure="refraction", within=0.5, apart_days=30, **CITED),
            variants={"surface": {"min": 180, "typical": 200, "max": 365}},
            **CITED,
        ),
        phases=(a_phase("hazy", days=(0, 30)), a_phase("clearing", days=(30, 365))),
        red_flags=(a_flag("pain", urgency="same_day", days=(0, 30)),),
        check_ups=(
            a_check_up(1, window=(1, 2), where="on_site", checks=("flap",), photos="slit"),
            a_check_up(90, window=(80, 120), where="local_clinician", checks=("refraction", "flap"), photos="slit"),
        ),
        duties=("shield",),
        on_site=OnSite(min_days=2, typical_days=4, flight_after_days=1, second_trip_days=(3, 5), note="flap", **CITED),
    )


def ours() -> Specialty:
    frozen = ivf(
        id="frozen_transfer",
        specialty="ours",
        anchors=Anchors(day0="embryo_transfer"),
        series=Series(unit="cycle", counts_from="embryo_transfer", continued_by=("frozen_transfer",), **CITED),
    )
    procedures = (ivf(specialty="ours"), frozen, eyes())
    return Specialty.model_validate(
        {
            "id": "ours",
            "version": "1.0.0",
            "names": "ours",
            "sources": {"gk": Source(title="General knowledge", kind="general_knowledge")},
            "procedures": {procedure.id: procedure for procedure in procedures},
            "measurements": {
                "refraction": Measurement(id="refraction", name=words("refraction"), type="quantity", per="eye"),
                "hcg": Measurement(id="hcg", name=words("blood test"), type="quantity", per="cycle"),
            },
            "photo_sets": {"slit": PhotoSet(id="slit", standard="slit lamp", views=("front", "side"), **CITED)},
            "duties": {"shield": {"id": "shield", "text": {"en": "wear the shield", "fr": "portez la coque"}, **CITED}},
            "labels": Labels(
                views={"front": words("from the front"), "side": words("from the side")},
                checks={"flap": words("the flap is looked at")},
                anchors={"surgery": words("operation")},
                variants={"surface": words("on the surface"), "flap": words("with a flap")},
                sites={"OD": words("right eye"), "OS": words("left eye")},
            ),
        }
    )


def registry_with_ours() -> Registry:
    plugin = ModuleType("ours")

    def manifest() -> Manifest:
        return Manifest(id="ours", version="1.0.0", hooks="1")

    def specialty() -> Specialty:
        return ours()

    for function in (manifest, specialty):
        setattr(plugin, function.__name__, hookimpl(function))
    return Registry.load(only=["dental"], extra=[EmailPlugin(None, "notices@suivi.example"), plugin])
