"""A page for people who look rather than read: what a specialty says, as pictures with tables beneath.

`scale` and `fitting` measure, `rows` says what a picture holds, `timeline` and `comparison` draw it, `tables` says
the same in words, `pages` puts both together. Pictures are plain SVG written with the standard library: of the
libraries for it one is no longer kept and the others draw charts that a timeline would have to be forced into.
"""

from suivi.reference.overview import reference_index
from suivi.reference.pages import reference_page

__all__ = ["reference_index", "reference_page"]
