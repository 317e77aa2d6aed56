"""Classification hints: what signs, measurements and papers on file suggest to the practitioner who classifies.

`assessment.assess` is the whole of it for one site; `rules` c1 to c7 are those of the specialties' common defaults.
A hint sorts a queue. It never becomes a classification, never promises and is never an all-clear.
"""
