"""Where to complain: 60 bodies in 20 countries and the European Union, with legal notes and emergency numbers."""

from pathlib import Path

from suivi.core.complaint_bodies.model import ComplaintBodies
from suivi.core.complaint_bodies.reader import read_complaint_bodies
from suivi.core.hookspecs import hookimpl
from suivi.core.specialties.model import Manifest


@hookimpl
def manifest() -> Manifest:
    return Manifest(id="complaint_bodies", version="1.0.0", hooks="1", locales=("en", "fr"))


@hookimpl
def complaint_bodies() -> ComplaintBodies:
    return read_complaint_bodies(Path(__file__).parent)
