"""`python -m bench.limit PORT`: the limit of this machine, a route of hand-written SQL for each question.

One statement a question, whose JSON is sent on as it is: no GraphQL, no tokens, no access control.

Posting is one transaction that leaves behind what ours does: the message, the idempotency key it was sent under, and
an event in the case's chain with its HMAC, for which the key is not in the database. It takes two statements between
BEGIN and COMMIT. It checks nothing of what was sent, and answers no repeat.
"""

import hashlib
import hmac
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from uuid_utils.compat import uuid7

INBOX = """
SELECT json_build_object('cases', coalesce(json_agg(row_to_json(x)), '[]'))::text FROM (
  SELECT c.id, c.state, c.opened_at AS "openedAt",
    json_build_object('name', k.name) AS clinic,
    json_build_object('reference', p.reference) AS patient,
    m.list AS messages, n.number AS "photoCount", e.list AS evidence
  FROM (SELECT * FROM "case" WHERE clinic_id = $1 ORDER BY id DESC LIMIT 50) c
  JOIN clinic k ON k.id = c.clinic_id
  JOIN patient p ON p.id = c.patient_id
  CROSS JOIN LATERAL (SELECT json_agg(json_build_object('body', body, 'sentAt', sent_at)) AS list FROM (
    SELECT body, sent_at FROM message WHERE case_id = c.id ORDER BY id DESC LIMIT 3) y) m
  CROSS JOIN LATERAL (SELECT count(*) AS number FROM evidence
    WHERE case_id = c.id AND kind IN ('photo_before', 'photo_after') AND state = 'kept') n
  CROSS JOIN LATERAL (SELECT json_agg(json_build_object('kind', kind, 'sha256', sha256)) AS list FROM (
    SELECT kind, sha256 FROM evidence WHERE case_id = c.id ORDER BY id DESC LIMIT 4) y) e
  ORDER BY c.id DESC) x"""
DETAIL = """
SELECT row_to_json(x)::text FROM (
  SELECT c.id, c.state, c.opened_at AS "openedAt", c.version,
    json_build_object('name', k.name, 'city', k.city, 'terms', t.list) AS clinic,
    m.list AS messages, e.list AS evidence
  FROM "case" c
  JOIN clinic k ON k.id = c.clinic_id
  CROSS JOIN LATERAL (SELECT json_agg(row_to_json(y)) AS list FROM (
    SELECT id, author_role AS "authorRole", author_name AS "authorName", body, language, sent_at AS "sentAt"
    FROM message WHERE case_id = c.id ORDER BY id DESC LIMIT 100) y) m
  CROSS JOIN LATERAL (SELECT json_agg(row_to_json(y)) AS list FROM (
    SELECT id, kind, content_type AS "contentType", size, sha256, received_at AS "receivedAt"
    FROM evidence WHERE case_id = c.id ORDER BY id DESC LIMIT 20) y) e
  CROSS JOIN LATERAL (SELECT json_agg(row_to_json(y)) AS list FROM (
    SELECT id, procedure, number, language, text, period, starts, effective_from AS "effectiveFrom"
    FROM terms WHERE clinic_id = c.clinic_id ORDER BY id DESC LIMIT 10) y) t
  WHERE c.id = $1) x"""
SMALL = """
SELECT row_to_json(x)::text FROM (
  SELECT id, state, opened_at AS "openedAt", closed_at AS "closedAt", version,
    (SELECT count(*) FROM message WHERE case_id = c.id) AS "messageCount"
  FROM "case" c WHERE id = $1) x"""
HOLD = """
WITH claimed AS (INSERT INTO kept_result (id, holder, key, fingerprint, result_id, at)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (holder, key) DO NOTHING RETURNING id)
SELECT chain.length, event.hash, member.name
FROM chain
JOIN claimed ON true
JOIN "case" c ON c.id = chain.noun_id
JOIN member ON member.clinic_id = c.clinic_id AND member.subject = $8
JOIN event ON event.noun_id = chain.noun_id AND event.seq = chain.length
WHERE chain.noun_id = $7 FOR UPDATE OF chain"""
KEEP = """
WITH posted AS (INSERT INTO message (id, case_id, author_role, author, author_name, body, language, sent_at)
  VALUES ($1, $2, 'coordinator', $3, $4, $5, $6, $7)),
told AS (INSERT INTO event (id, noun, noun_id, seq, kind, at, actor_role, actor, payload, records, previous, hash)
  VALUES ($8, 'case', $2, $9, 'message_posted', $7, 'coordinator', $3, $10, $11, $12, $13))
UPDATE chain SET length = $9, head = $14 WHERE noun_id = $2"""
AUDIT_KEY = b"k" * 32
HOLDER = "coordinator-0"

Answer = Callable[[asyncpg.Pool, bytes], Awaitable[bytes]]


def reading(statement: str) -> Answer:
    async def answer(pool: asyncpg.Pool, asked: bytes) -> bytes:
        async with pool.acquire() as connection:
            text: str = await connection.fetchval(statement, UUID(asked.decode()))
        return text.encode()

    return answer


async def post(pool: asyncpg.Pool, asked: bytes) -> bytes:
    given = orjson.loads(asked)
    case, at, message = UUID(given["case"]), datetime.now(UTC), uuid7()
    fingerprint = hashlib.sha256(asked).hexdigest()
    async with pool.acquire() as connection, connection.transaction():
        length, previous, name = await connection.fetchrow(
            HOLD, uuid7(), HOLDER, given["key"], fingerprint, message, at, case, HOLDER
        )
        row = {"id": str(message), "body": given["body"], "language": given["language"], "sent_at": at.isoformat()}
        records = {f"message:{message}": hashlib.sha256(orjson.dumps(row)).hexdigest()}
        event = {"seq": length + 1, "payload": {"message": str(message)}, "records": records, "previous": previous}
        ended = _sealed(event)
        await connection.execute(
            KEEP, message, case, HOLDER, name, given["body"], given["language"], at, uuid7(), length + 1,
            orjson.dumps(event["payload"]).decode(), orjson.dumps(records).decode(), previous, ended, _sealed(ended),
        )  # fmt: skip
    return orjson.dumps({"__typename": "Message", "id": message, "sentAt": at})


def _sealed(content: Any) -> str:
    return hmac.new(AUDIT_KEY, orjson.dumps(content), hashlib.sha256).hexdigest()


ROUTES: dict[str, Answer] = {
    "/inbox": reading(INBOX),
    "/detail": reading(DETAIL),
    "/small": reading(SMALL),
    "/post": post,
}


class Unreset(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here leaves anything behind in a session: the round trip that tidies up is spared."""

    def get_reset_query(self) -> str:
        return ""


class App:
    pool: asyncpg.Pool

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = (await receive()).get("body", b"")
        route = ROUTES.get(scope["path"])
        answer = b"{}" if route is None else await route(self.pool, body)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        size = int(os.environ["POOL"])
        self.pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=size, max_size=size, connection_class=Unreset
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    uvicorn.run(App(), port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning", access_log=False)
