"""What the schema does not say of how large an answer gets: how long its lists are, and which texts take time to read.

The figures of the reference are those of what Suivi comes with; a test holds them against it. Where a server has more
loaded, the lists that it begins with are counted as long as they are there.
"""

from collections.abc import Mapping

from suivi.core.registry import Registry

PLAIN_LIST = 5
"""Rows counted for a list whose size nobody can ask for, and that is not named here."""

ROWS: Mapping[str, int] = {
    "Query.complaintBodies": 60,
    "Query.plugins": 7,
    "Query.procedures": 34,
    "Comparison.values": 2,
    "ComplaintBody.conflicts": 1,
    "ComplaintBody.names": 3,
    "ComplaintBody.sources": 2,
    "ComplaintBody.timeLimits": 2,
    "ComplaintContacts.emails": 1,
    "ComplaintContacts.phonesDomestic": 2,
    "ComplaintContacts.phonesInternational": 2,
    "ComplaintContacts.websites": 2,
    "ContactConflict.claims": 2,
    "FactQuestion.values": 1,
    "MeasurementDefinition.thresholds": 1,
    "MeasurementDefinition.values": 2,
    "PhotoSet.capture": 1,
    "PhotoSet.documents": 2,
    "PhotoSet.radiographs": 1,
    "PhotoSet.video": 1,
    "PhotoSet.views": 8,
    "PlannedCheckUp.checks": 3,
    "Plugin.sources": 46,
    "Procedure.allMeasurements": 24,
    "Procedure.anchorChoices": 2,
    "Procedure.checkUps": 6,
    "Procedure.facts": 2,
    "Procedure.measurements": 6,
    "Procedure.outcomes": 3,
    "Procedure.photoSets": 2,
    "Procedure.signs": 17,
    "Procedure.sites": 46,
    "Procedure.sources": 14,
    "Procedure.variants": 1,
    "Procedure.views": 11,
    "Procedure.warrantyTemplates": 3,
    "Requirement.values": 2,
    "SiteScheme.details": 1,
    "SiteScheme.siteValues": 46,
    "StabilisationFigures.variants": 1,
    "Threshold.comparisons": 1,
    "Threshold.documents": 1,
    "Threshold.requires": 1,
    "WarrantyTemplate.conditions": 3,
    "WarrantyTemplate.covers": 3,
    "WarrantyTemplate.patientMayPay": 4,
    "WarrantyTemplate.remedy": 2,
    "WarrantyTemplate.usuallyFree": 1,
}

CHARACTERS = 10
"""Of a text that the linter reads, counted as one value: nine of the longest texts fit into one request."""
READ: Mapping[str, str] = {"Query.wording": "text"}
"""The argument whose text a field reads."""
OWN: Mapping[str, int] = {"TermsDraft.wording": 500}
"""Counted for the field itself beside its rows: the linter reads the whole draft, most of them 5,000 characters."""


def rows_of(registry: Registry) -> Mapping[str, int]:
    """The lists that every answer from the reference begins with, as this server has them loaded."""
    return {
        "Query.complaintBodies": len(registry.complaint_bodies.bodies),
        "Query.plugins": len(registry.plugins),
        "Query.procedures": len(registry.procedures()),
    }
