"""How requests come in and answers go out: HTTP, event streams, WebSockets."""
