"""What the two databases say differently, as pieces of SQL."""

from typing import Protocol


class Dialect(Protocol):
    def numbers(self, first: int, last: int) -> str:
        """A table `numbers(i)`, both ends included, for the beginning of a statement."""
        ...

    def uuid(self, moment: str, middle: str, number: str) -> str:
        """A UUID that begins with 12 hexadecimal digits of `moment` and ends with 12 of `number`."""
        ...

    def moment(self, milliseconds: str) -> str:
        """A point in time from milliseconds since 1970."""
        ...


class PostgresDialect:
    def numbers(self, first: int, last: int) -> str:
        return f"WITH numbers AS (SELECT i::bigint AS i FROM generate_series({first}, {last}) i)"

    def uuid(self, moment: str, middle: str, number: str) -> str:
        return f"(lpad(to_hex({moment}), 12, '0') || '{middle}' || lpad(to_hex({number}), 12, '0'))::uuid"

    def moment(self, milliseconds: str) -> str:
        return f"to_timestamp(({milliseconds}) / 1000.0)"


class SqliteDialect:
    def numbers(self, first: int, last: int) -> str:
        more = f"SELECT i + 1 FROM numbers WHERE i < {last}"
        return f"WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL {more})"

    def uuid(self, moment: str, middle: str, number: str) -> str:
        """As Tortoise keeps it: text with hyphens."""
        shape = f"%08x-%04x-{middle[:4]}-{middle[4:]}-%012x"
        return f"printf('{shape}', {moment} >> 16, {moment} & 65535, {number})"

    def moment(self, milliseconds: str) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%S', ({milliseconds}) / 1000, 'unixepoch') || '.000000+00:00'"
