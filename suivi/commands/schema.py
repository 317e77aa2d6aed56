"""`suivi schema`."""

import sys

from suivi.graphql.schema import schema


def run() -> None:
    sys.stdout.write(f"{schema.as_str().rstrip()}\n")
