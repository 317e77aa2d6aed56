"""Subscriptions: what happens to a case is read once, answered once for all who are told the same, and handed out.

A `Hub` follows one case in this process. Its `Readers` are those with the same rights, whose access is looked up
together for each event; within them a `Circle` asked the same and is told the same bytes. An `Outlet` is where one
operation's answers go: a frame of a WebSocket, an event of a stream.
"""

from suivi.graphql.live.asking import asked_of
from suivi.graphql.live.circles import Subscriber
from suivi.graphql.live.hubs import Hubs
from suivi.graphql.live.outlets import Outlet, Stream, TooSlow

__all__ = ["Hubs", "Outlet", "Stream", "Subscriber", "TooSlow", "asked_of"]
