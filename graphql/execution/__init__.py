"""Running queries fast: a document is turned into nested functions once, and answers exactly as graphql-core does.

Read in this order: `operations` (which are taken), `plan` (a compiled operation), `selection` (which fields
of a type are asked for), `fields` (one field: call it, complete its value), `resolvers` and `arguments` (calling),
`completion` with `leaves`, `lists` and `objects` (completing), `running` and `places` (what is awaited, what becomes
null). Whatever is not taken runs on graphql-core, decided before anything is executed.
"""

from suivi.graphql.execution.plan import Plan, compile_plan

__all__ = ["Plan", "compile_plan"]
