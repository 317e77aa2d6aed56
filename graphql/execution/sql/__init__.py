"""Queries that read nothing but rows, answered by PostgreSQL in one statement whose result is the JSON.

Read in this order: `describing` (what a resolver would read), `writing` (from a selection to SQL), `levels` and
`values` (its rows and columns), `statements` (kept, and asked). Who may see what is said by `core/access/embedded.py`,
out of the one function that says it. Whatever cannot be said, or is an error, is answered by the ordinary plan.
"""

from suivi.graphql.execution.sql.statements import Statements

__all__ = ["Statements"]
